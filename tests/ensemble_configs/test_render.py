"""The committed configuration is what the TOML says, and says what Triton must be told."""

from pathlib import Path

import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2 as pb

from ensemble_configs.render import DEFAULT_PROFILE, render_profile, render_repository, write_configs
from ensemble_configs.schema import PROFILES, read_ensemble, read_models, read_profile
from sideline import tensors
from sideline.serving.installation import MODEL_REPOSITORY


def parse(text: str) -> pb.ModelConfig:
    return text_format.Parse(text, pb.ModelConfig())


def test_the_committed_repository_is_the_rendering_of_the_default_profile() -> None:
    texts = render_profile(DEFAULT_PROFILE)
    assert {path.parent.name for path in MODEL_REPOSITORY.glob("*/config.pbtxt")} == set(texts)
    for model, text in texts.items():
        committed = (MODEL_REPOSITORY / model / "config.pbtxt").read_text()
        assert committed == text, f"{model}: run `sideline render`"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_parses_back_and_differs_in_where_and_how_it_runs_only(profile: str) -> None:
    configs = {name: parse(text) for name, text in render_profile(profile).items()}
    reference = {name: parse(text) for name, text in render_profile(DEFAULT_PROFILE).items()}
    for name, config in configs.items():
        assert config.name == name
        for both in (config, reference[name]):
            where = (
                "instance_group",
                "parameters",
                "backend",
                "default_model_filename",
                "optimization",
                "model_warmup",
            )
            for field in where:
                both.ClearField(field)
            both.dynamic_batching.ClearField("max_queue_delay_microseconds")
        assert config == reference[name]


def test_the_detector_batches_over_arenas_and_keeps_their_order() -> None:
    detr = parse(render_profile("gpu")["detr"])
    assert (detr.backend, detr.default_model_filename, detr.max_batch_size) == ("onnxruntime", "model.onnx", 8)
    assert detr.dynamic_batching.preserve_ordering
    assert detr.dynamic_batching.max_queue_delay_microseconds == 3000
    assert list(detr.input[0].dims) == [512, 1024, 3]
    assert detr.instance_group[0].kind == pb.ModelInstanceGroup.KIND_GPU


def test_the_int8_profile_is_the_cpu_profile_with_other_files_of_the_detectors() -> None:
    cpu, int8 = ({name: parse(text) for name, text in render_profile(p).items()} for p in ("cpu", "int8"))
    for detector in ("detr", "heatmap_detector"):
        assert int8[detector].default_model_filename == "model_int8.onnx"
        int8[detector].default_model_filename = "model.onnx"
    assert int8 == cpu


def test_the_tensorrt_profile_loads_plans() -> None:
    detr = parse(render_profile("tensorrt")["detr"])
    assert (detr.backend, detr.default_model_filename) == ("tensorrt", "model.plan")


@pytest.mark.parametrize(
    "step", ["ingest_frames", "assign_micro_ids", "select_detections", "project_crops", "build_graph"]
)
def test_steps_are_sequence_batched_by_the_oldest_strategy_and_expire_after_30_s(step: str) -> None:
    config = parse(render_profile("cpu")[step])
    assert config.max_batch_size == 0
    assert config.sequence_batching.max_sequence_idle_microseconds == 30_000_000
    assert config.sequence_batching.oldest.max_candidate_sequences == 256


def test_the_thread_count_of_an_engine_is_a_parameter_that_both_backends_read() -> None:
    parameters = parse(render_profile("cpu")["id_decoder"]).parameters
    assert parameters["intra_op_thread_count"].string_value == "1"


def test_no_engine_plans_its_memory_for_every_shape_that_it_meets() -> None:
    engines = [config for text in render_profile("cpu").values() if (config := parse(text)).backend == "onnxruntime"]
    assert engines
    assert {config.parameters["enable_mem_pattern"].string_value for config in engines} == {"0"}


def test_the_ensemble_takes_the_request_and_gives_the_answer() -> None:
    path_b = parse(render_profile("cpu")["path_b"])
    assert [entry.name for entry in path_b.input] == [tensor.name for tensor in tensors.REQUEST]
    assert [entry.name for entry in path_b.output] == [tensor.name for tensor in tensors.ANSWER]
    steps = path_b.ensemble_scheduling.step
    names = ["ingest_frames", "detr", "assign_micro_ids", "project_crops", "crop_encoder", "build_graph"]
    assert [step.model_name for step in steps] == names
    assert steps[0].output_map["status"] == steps[2].input_map["status"] == "ingest_status"
    assert steps[2].output_map["message"] == steps[5].input_map["message"] == "tracking_message"


def test_both_paths_take_and_give_the_same() -> None:
    path_a, path_b = (parse(render_profile("cpu")[name]) for name in ("path_a", "path_b"))
    assert list(path_a.input) == list(path_b.input)
    assert list(path_a.output) == list(path_b.output)


def test_an_engine_of_many_rows_a_frame_has_an_axis_of_free_length_outside_and_none_inside() -> None:
    configs = {name: parse(text) for name, text in render_profile("cpu").items()}
    crops = [entry for entry in configs["project_crops"].output if entry.name == "crops"]
    assert [list(entry.dims) for entry in crops] == [[-1, 256, 128, 3]]
    assert list(configs["crop_encoder"].input[0].dims) == [256, 128, 3]
    assert configs["crop_encoder"].max_batch_size == 64


def test_a_graph_has_any_number_of_nodes() -> None:
    nodes, pairs, *_ = parse(render_profile("cpu")["graph_tracker"]).input
    assert (list(nodes.dims), list(pairs.dims)) == ([-1, 71], [-1, -1, 16])


def test_a_step_is_told_its_parameters_and_how_much_each_engine_takes_that_it_calls() -> None:
    parameters = {
        name: {key: value.string_value for key, value in parse(text).parameters.items()}
        for name, text in render_profile("gpu").items()
    }
    on_gpu = {"pixels": "gpu", "FORCE_CPU_ONLY_INPUT_TENSORS": "no"}
    assert parameters["project_crops"] == {"crop_stride": "3"} | on_gpu
    assert parameters["project_all_crops"] == {"crop_stride": "1"} | on_gpu
    assert parameters["assign_micro_ids"] == {"largest_batch_of_id_decoder": "8"}
    assert parameters["build_graph"] == {
        "least_persistence": "0.5",
        "largest_batch_of_temporal_encoder": "64",
        "largest_batch_of_graph_tracker": "64",
        "largest_batch_of_jersey_classifier": "64",
        "largest_batch_of_persistence": "64",
    }


def test_what_nobody_takes_is_not_asked_of_an_engine() -> None:
    path_a = read_ensemble("path_a")
    steps = tuple(
        step.model_copy(update={"model": "detr"}) if step.model == "heatmap_detector" else step for step in path_a.steps
    )
    config = render_repository(read_profile("cpu"), read_models(), [path_a.model_copy(update={"steps": steps})])
    assert set(config["path_a"].ensemble_scheduling.step[1].output_map) == {"logits", "points"}


def test_configurations_are_written_beside_what_is_there(tmp_path: Path) -> None:
    write_configs({"a": "name: 'a'"}, tmp_path)
    (tmp_path / "a" / "1").mkdir()
    assert write_configs({"a": "name: 'b'"}, tmp_path) == [tmp_path / "a" / "config.pbtxt"]
    assert (tmp_path / "a" / "config.pbtxt").read_text() == "name: 'b'"
    assert (tmp_path / "a" / "1").is_dir()


def test_on_a_gpu_engines_and_pixels_share_one_gpu_and_the_other_steps_stay_on_the_cpu() -> None:
    configs = {name: parse(text) for name, text in render_profile("tensorrt").items()}
    for name in ("detr", "crop_encoder", "ingest_frames", "project_crops"):
        group = configs[name].instance_group[0]
        assert (group.kind, list(group.gpus)) == (pb.ModelInstanceGroup.KIND_GPU, [0]), name
    for name in ("assign_micro_ids", "build_graph"):
        assert configs[name].instance_group[0].kind == pb.ModelInstanceGroup.KIND_CPU, name


def test_on_a_cpu_every_step_computes_its_pixels_there() -> None:
    config = parse(render_profile("cpu")["ingest_frames"])
    assert config.parameters["pixels"].string_value == "cpu"
    assert "FORCE_CPU_ONLY_INPUT_TENSORS" not in config.parameters
    assert config.instance_group[0].kind == pb.ModelInstanceGroup.KIND_CPU


def test_an_engine_on_a_gpu_is_warmed_up_with_one_row_and_with_its_largest_batch() -> None:
    config = parse(render_profile("gpu")["graph_tracker"])
    assert [entry.batch_size for entry in config.model_warmup] == [1, 64]
    pairs = config.model_warmup[1].inputs["pairs"]
    assert (list(pairs.dims), pairs.data_type, pairs.zero_data) == ([64, 64, 16], pb.TYPE_FP32, True)
    assert config.optimization.input_pinned_memory.enable
    assert config.optimization.output_pinned_memory.enable
    assert not parse(render_profile("cpu")["graph_tracker"]).model_warmup
