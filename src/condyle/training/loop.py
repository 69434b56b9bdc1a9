"""The one training loop: Lightning's, fed by batches that depend only on the step."""

from __future__ import annotations

import json
import logging
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Callback, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, TensorDataset

from condyle.domain.progress import Progress, ProgressCallback
from condyle.training.allocator import keep_freed_memory
from condyle.training.recipe import OptimiserPart, SchedulePart

STEPS_PER_EPOCH = 50

FIT_FILE = "fit.json"
"""Tells, in the folder of a finished fit, what its training loss was at the end."""

Batch = tuple[Tensor, ...]
MakeBatch = Callable[[int, torch.Generator], Batch]
LossOf = Callable[[nn.Module, Batch], Tensor]


@dataclass(frozen=True)
class Job:
    """Everything that one fit needs.

    Attributes:
        stage: Name for progress and for the folder, such as ``"fold-0"``.
        network: What to train; changed in place.
        make_batch: From the step and its own generator to a batch.
        loss_of: From the network and a batch to a scalar.
        schedule: Steps, batch, warm-up, averaging.
        optimiser: Optimiser settings.
        seed: Seed of every draw; the same seed gives the same network.
        folder: Where the log and the checkpoint go.
    """

    stage: str
    network: nn.Module
    make_batch: MakeBatch
    loss_of: LossOf
    schedule: SchedulePart
    optimiser: OptimiserPart
    seed: int
    folder: Path


class _Fit(lightning.LightningModule):
    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job
        self.network = job.network
        self.average = AveragedModel(
            job.network,
            multi_avg_fn=get_ema_multi_avg_fn(  # type: ignore[no-untyped-call]
                job.schedule.average_decay
            ),
        )
        self.average.requires_grad_(False)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        step = self.global_step
        generator = torch.Generator().manual_seed(self.job.seed * 1_000_003 + step)
        torch.manual_seed(self.job.seed * 7_919 + step)
        layout = memory_format_of(self.network)
        parts = tuple(
            part.to(self.device, memory_format=layout) if part.ndim == 4 else part.to(self.device)
            for part in self.job.make_batch(step, generator)
        )
        loss = self.job.loss_of(self.network, parts)
        self.log("loss", loss.detach())
        return loss

    def on_train_batch_end(self, *args: Any, **kwargs: Any) -> None:
        self.average.update_parameters(self.network)
        for mine, theirs in zip(self.average.module.buffers(), self.network.buffers(), strict=True):
            mine.copy_(theirs)

    def configure_optimizers(self) -> Any:
        optimiser = torch.optim.AdamW(
            self.network.parameters(),
            lr=self.job.optimiser.learning_rate,
            weight_decay=self.job.optimiser.weight_decay,
        )
        schedule = self.job.schedule

        def rate(step: int) -> float:
            if step < schedule.warmup:
                return (step + 1) / schedule.warmup
            share = (step - schedule.warmup) / max(1, schedule.steps - schedule.warmup)
            return 0.5 * (1 + math.cos(math.pi * min(1.0, share)))

        scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
        return {
            "optimizer": optimiser,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step"},
        }


class _Report(Callback):
    def __init__(self, job: Job, progress: ProgressCallback) -> None:
        self.job = job
        self.progress = progress
        self.recent: float | None = None

    def state_dict(self) -> dict[str, Any]:
        return {"recent": self.recent}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.recent = state_dict["recent"]

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, *rest: Any) -> None:
        loss = float(outputs["loss"])
        self.recent = loss if self.recent is None else 0.95 * self.recent + 0.05 * loss
        self.progress(
            Progress(
                self.job.stage, trainer.global_step, self.job.schedule.steps, f"loss {loss:.3f}"
            )
        )


def fit(job: Job, *, device: str, resume: bool, progress: ProgressCallback) -> nn.Module:
    """Trains a network and gives its weight average in evaluation mode.

    Every batch and every dropout draws from a generator seeded by the step, so a fit
    that is resumed at a checkpoint goes on as if it had never stopped.

    Args:
        job: What to train and how.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        resume: Whether to go on from the folder's checkpoint, if there is one.
        progress: Told of every step.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    keep_freed_memory()
    job.network.to(memory_format=memory_format_of(job.network))  # type: ignore[call-overload]
    job.network.requires_grad_(True).train()  # a network that is gone on from has neither
    module = _Fit(job)
    checkpoint = job.folder / "last.ckpt"
    report = _Report(job, progress)
    # Not save_last: with no best one beside it, Lightning saves the last at the end alone.
    keep = ModelCheckpoint(
        dirpath=job.folder, filename="last", save_top_k=1, enable_version_counter=False
    )
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    steps = TensorDataset(torch.zeros(STEPS_PER_EPOCH))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"lightning|torch")
        trainer = lightning.Trainer(
            accelerator={"auto": "auto", "cpu": "cpu", "cuda": "gpu"}[device],
            devices=1,
            max_steps=job.schedule.steps,
            callbacks=[keep, report],
            logger=CSVLogger(job.folder, name="", version=""),
            log_every_n_steps=10,
            enable_progress_bar=False,
            enable_model_summary=False,
            gradient_clip_val=5.0,
        )
        trainer.fit(
            module,
            DataLoader(steps, batch_size=None),
            ckpt_path=str(checkpoint) if resume and checkpoint.is_file() else None,
            weights_only=False,
        )
    if report.recent is not None:
        (job.folder / FIT_FILE).write_text(json.dumps({"loss": report.recent}) + "\n", "utf-8")
    network: nn.Module = module.average.module.to("cpu")
    network.eval()
    return network


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
    loss: float = json.loads((folder / FIT_FILE).read_text("utf-8"))["loss"]
    return loss
