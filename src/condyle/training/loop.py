"""The one training loop: Lightning's, fed by batches that depend only on the step."""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, TensorDataset

from condyle.training.allocator import keep_freed_memory
from condyle.training.execution import Execution
from condyle.training.feed import Feed
from condyle.training.fit_record import FIT_FILE, read_fit, write_fit
from condyle.training.loggers import run_loggers
from condyle.training.recipe_parts import OptimiserPart, SchedulePart
from condyle.training.record import Recorder

STEPS_PER_EPOCH = 50
"""Steps after which a fit by steps keeps a checkpoint."""

Batch = tuple[Tensor, ...]
CHECKPOINT = "last.ckpt"
"""State of a fit after its last epoch, which a resumed fit goes on from."""

MakeBatch = Callable[[int, torch.Generator], Batch]
LossOf = Callable[[nn.Module, Batch], Tensor]
Validate = Callable[[nn.Module], Mapping[str, float]]


@dataclass(frozen=True)
class Job:
    """Everything that one fit needs.

    Attributes:
        stage: Name for progress and for the folder, such as ``"fold-0"``.
        network: What to train; changed in place.
        make_batch: From the step and its own generator to a batch; it draws from nothing
            but that generator, and may be called ahead from another thread.
        loss_of: From the network and a batch to a scalar.
        schedule: Steps or epochs, batch, warm-up, averaging.
        optimiser: Optimiser settings.
        seed: Seed of every draw; the same seed gives the same network.
        folder: Where the log and the checkpoints go.
        items: Items to learn from, by which a fit by epochs knows its epoch.
        validate: From the averaged network, in evaluation mode and on its device, to
            figures of the validation patients; the first decides, the greater the better.
            Needed for a fit by epochs that stops early.
    """

    stage: str
    network: nn.Module
    make_batch: MakeBatch
    loss_of: LossOf
    schedule: SchedulePart
    optimiser: OptimiserPart
    seed: int
    folder: Path
    items: int = 0
    validate: Validate | None = None

    def epoch_steps(self, devices: int = 1) -> int:
        """Gives the steps of an epoch on so many devices."""
        if self.schedule.epochs is None:
            return STEPS_PER_EPOCH
        once = math.ceil(self.items / (self.schedule.batch * devices))
        least, most = self.schedule.epoch_steps, self.schedule.most_epoch_steps
        return max(least, once if most is None else min(once, most))

    def steps(self, devices: int = 1) -> int:
        """Gives the most steps of the fit."""
        if self.schedule.steps is not None:
            return self.schedule.steps
        return (self.schedule.epochs or 0) * self.epoch_steps(devices)


class _Fit(lightning.LightningModule):
    def __init__(self, job: Job, recorder: Recorder) -> None:
        super().__init__()
        self.job = job
        self.recorder = recorder
        self.network = job.network
        self.average = AveragedModel(
            job.network,
            multi_avg_fn=get_ema_multi_avg_fn(  # type: ignore[no-untyped-call]
                job.schedule.average_decay
            ),
        )
        self.average.requires_grad_(False)
        self.feed: Feed | None = None

    def on_train_start(self) -> None:
        world = self.trainer.world_size
        self.feed = Feed(
            self.job.make_batch,
            seed=self.job.seed,
            stride=world,
            last=self.job.steps(world) * world,
            ahead=self.device.type != "cpu",
        )
        # A fit that had stopped when it was cut off, before it was written down, is over.
        stops = (
            one for one in self.trainer.early_stopping_callbacks if isinstance(one, EarlyStopping)
        )
        spent = any(one.wait_count >= one.patience for one in stops)
        self.trainer.should_stop = spent or self._has_all_steps()

    def on_train_end(self) -> None:
        if self.feed is not None:
            self.feed.close()

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        step = self.global_step
        torch.manual_seed(self.job.seed * 7_919 + step)
        layout = memory_format_of(self.network)
        began = time.perf_counter()
        if self.feed is None:
            raise RuntimeError("a training step before the training began")
        made = self.feed.take(step * self.trainer.world_size + self.global_rank)
        self.recorder.waited_s += time.perf_counter() - began
        parts = tuple(
            part.to(self.device, memory_format=layout) if part.ndim == 4 else part.to(self.device)
            for part in made
        )
        loss = self.job.loss_of(self.network, parts)
        self.log("loss", loss.detach())
        return loss

    def on_train_batch_end(self, *args: Any, **kwargs: Any) -> None:
        self.average.update_parameters(self.network)
        for mine, theirs in zip(self.average.module.buffers(), self.network.buffers(), strict=True):
            mine.copy_(theirs)
        if self._has_all_steps():
            self.trainer.should_stop = True

    def _has_all_steps(self) -> bool:
        return self.global_step >= self.job.steps(self.trainer.world_size)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        if self.job.validate is None:
            return
        network = self.average.module.eval()
        # Rounded, so that the log and Lightning, which keeps 32 bits, know the same best epoch.
        told = self.job.validate(network).items()
        figures = {f"validation-{name}": round(float(value), 6) for name, value in told}
        self.recorder.validated(figures)
        self.log_dict({"monitor": next(iter(figures.values())), **figures}, batch_size=1)

    def configure_optimizers(self) -> Any:
        wanted = self.job.optimiser
        optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=wanted.learning_rate, weight_decay=wanted.weight_decay
        )
        warmup = self.job.schedule.warmup
        steps = self.job.steps(self.trainer.world_size)

        def rate(step: int) -> float:
            if step < warmup:
                return (step + 1) / warmup
            if wanted.decay == "constant":
                return 1.0
            share = (step - warmup) / max(1, steps - warmup)
            return 0.5 * (1 + math.cos(math.pi * min(1.0, share)))

        scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
        return {
            "optimizer": optimiser,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step"},
        }


def fit(job: Job, execution: Execution) -> nn.Module:
    """Trains a network and gives its weight average in evaluation mode, on the CPU.

    Every batch and every dropout draws from a generator seeded by the step, so a fit
    that is resumed at a checkpoint goes on as if it had never stopped. A fit with
    ``validate`` gives the weights of its best epoch, another those of its last step.

    Args:
        job: What to train and how.
        execution: Where, and whether to go on from the folder's checkpoint.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    keep_freed_memory()
    job.network.to(memory_format=memory_format_of(job.network))  # type: ignore[call-overload]
    job.network.requires_grad_(True).train()  # a network that is gone on from has neither
    recorder = Recorder(job.stage, folder=job.folder, progress=execution.progress)
    module = _Fit(job, recorder)
    last = job.folder / CHECKPOINT
    going_on = execution.resume and last.is_file()
    if not going_on:
        (job.folder / FIT_FILE).unlink(missing_ok=True)
    if read_fit(job.folder) is None:
        _run(module, execution, checkpoint=last if going_on else None)
    kept = job.folder / "best.ckpt" if job.validate is not None else last
    return _averaged(job.network, kept)


def _run(module: _Fit, execution: Execution, *, checkpoint: Path | None) -> None:
    """Runs Lightning's trainer to the end and writes the record of the fit."""
    job, recorder = module.job, module.recorder
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    world = execution.devices * execution.nodes
    steps, epoch = job.steps(world), job.epoch_steps(world)
    recorder.expects(steps=steps, epoch_steps=epoch)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"lightning|torch")
        trainer = lightning.Trainer(
            accelerator={"auto": "auto", "cpu": "cpu", "cuda": "gpu"}[execution.device],
            devices=execution.devices,
            num_nodes=execution.nodes,
            strategy="auto" if world == 1 else "ddp",
            precision=_precision(job, execution),
            # Not max_steps: with it, a fit that is resumed ends its last epoch a second time.
            max_epochs=math.ceil(steps / epoch),
            callbacks=[recorder, *_checkpoints(job)],
            logger=run_loggers(job.folder, stage=job.stage, mlflow=execution.mlflow),
            log_every_n_steps=10,
            num_sanity_val_steps=0,
            limit_val_batches=1.0 if job.validate is not None else 0,
            enable_progress_bar=False,
            enable_model_summary=False,
            gradient_clip_val=5.0,
        )
        trainer.fit(
            module,
            DataLoader(TensorDataset(torch.zeros(epoch * world)), batch_size=None),
            DataLoader(TensorDataset(torch.zeros(world)), batch_size=None),
            ckpt_path=None if checkpoint is None else str(checkpoint),
            weights_only=False,
        )
    write_fit(job.folder, recorder.record(device=str(trainer.strategy.root_device)))


def _checkpoints(job: Job) -> list[lightning.Callback]:
    """Gives what keeps the last state, and with validation the best one, and stops early."""
    # Not save_last: with no best one beside it, Lightning saves the last at the end alone.
    last = ModelCheckpoint(
        dirpath=job.folder,
        filename=CHECKPOINT.removesuffix(".ckpt"),
        save_top_k=1,
        enable_version_counter=False,
        save_on_train_epoch_end=True,
    )
    if job.validate is None:
        return [last]
    best = ModelCheckpoint(
        dirpath=job.folder,
        filename="best",
        monitor="monitor",
        mode="max",
        save_weights_only=True,
        enable_version_counter=False,
        save_on_train_epoch_end=True,
    )
    stop = EarlyStopping(
        monitor="monitor",
        mode="max",
        patience=job.schedule.patience,
        check_on_train_epoch_end=True,
        check_finite=False,
    )
    return [best, stop, last]


def _precision(job: Job, execution: Execution) -> Any:
    """Gives 16 bits with gradient scaling on a GPU where the recipe asks for it, else 32."""
    on_gpu = execution.device != "cpu" and torch.cuda.is_available()
    return "16-mixed" if job.schedule.mixed_precision and on_gpu else "32-true"


def _averaged(network: nn.Module, checkpoint: Path) -> nn.Module:
    """Gives the network with the averaged weights of a checkpoint, on the CPU."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=False)["state_dict"]
    prefix = "average.module."
    weights = {key[len(prefix) :]: v for key, v in state.items() if key.startswith(prefix)}
    network.to("cpu").load_state_dict(weights)
    return network.requires_grad_(False).eval()


def memory_format_of(network: nn.Module) -> torch.memory_format:
    """Gives the layout that a network is trained in: channels last, unless a layer is narrow.

    Channels last is the faster on a CPU, but the convolutions of torch 2.13 write past their
    memory there on AMD processors with AVX-512 where a layer has fewer than 16 channels.

    Args:
        network: Any; of its layers only 2-D convolutions matter.
    """
    widths = [layer.out_channels for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    return torch.channels_last if min(widths, default=0) >= 16 else torch.contiguous_format


def final_loss(folder: Path) -> float:
    """Gives the training loss at the end of a finished fit, averaged over about 20 steps.

    Args:
        folder: Where the fit left its checkpoint.
    """
    record = read_fit(folder)
    return math.nan if record is None else record.loss
