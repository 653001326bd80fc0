#include "mettle/inference/onnx/onnx_slab.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/inference/onnx/map_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace mettle::onnx {

namespace {

std::unexpected<Error> internal(std::string message) {
    return fail(Error::Kind::internal, std::move(message));
}

Result<Shape> shape_of(const OrtValue& value) {
    OrtTensorTypeAndShapeInfo* raw = nullptr;
    if (auto failure = message_of(api().GetTensorTypeAndShape(&value, &raw)))
        return internal(*failure);
    const std::unique_ptr<OrtTensorTypeAndShapeInfo, Release> info(raw);
    std::size_t rank = 0;
    if (auto failure = message_of(api().GetDimensionsCount(raw, &rank))) return internal(*failure);
    if (rank > Shape::kMaxRank) return internal("an output has more than 8 dimensions");
    std::array<std::int64_t, Shape::kMaxRank> dims{};
    if (auto failure = message_of(api().GetDimensions(raw, dims.data(), rank)))
        return internal(*failure);
    Shape shape;
    for (std::size_t axis = 0; axis < rank; ++axis) shape.push_back(dims[axis]);
    return shape;
}

}  // namespace

OnnxSlab::OnnxSlab(const GraphSignature& graph)
    : output_values(graph.signature.outputs.size()),
      graph_(graph),
      inputs_(graph.signature.inputs.size() + graph.signature.optional_inputs.size()),
      outputs_(graph.signature.outputs.size()) {
    OrtMemoryInfo* info = nullptr;
    OrtRunOptions* options = nullptr;
    METTLE_ASSERT(
        !message_of(api().CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &info)));
    memory_info_.reset(info);
    METTLE_ASSERT(!message_of(api().CreateRunOptions(&options)));
    run_options.reset(options);
    for (const TensorSpec& spec : graph.signature.inputs) input_names.push_back(spec.name.c_str());
    input_values.resize(input_names.size());
    for (std::size_t index = 0; index < outputs_.size(); ++index)
        outputs_[index].foreseen = graph.foreseen[index].has_value();
}

std::span<std::byte> OnnxSlab::input(std::size_t index, const Shape& shape) {
    Input& input = inputs_[index];
    give(index);
    const DataType type = graph_.signature.input_at(index).type;
    const auto size = static_cast<std::size_t>(shape.element_count().value()) * element_size(type);
    if (input.memory.data().size() < size || !input.memory.data().data()) {
        input.memory = Tensor(type, shape, size);
        input.stale = true;
    }
    const std::span<std::byte> memory = input.memory.data().first(size);
    if (input.view.data.data() != memory.data() || input.view.shape != shape) input.stale = true;
    input.view = {type, shape, memory};
    return memory;
}

void OnnxSlab::borrow_input(std::size_t index, const TensorView& view) {
    give(index);
    inputs_[index].view = view;
    inputs_[index].stale = true;
}

void OnnxSlab::give(std::size_t index) {
    if (index < graph_.signature.inputs.size() || inputs_[index].given) return;
    inputs_[index].given = true;
    ++optional_given_;
}

void OnnxSlab::leave_out_optional_inputs() {
    if (optional_given_ == 0) return;
    for (Input& input : inputs_) input.given = false;
    optional_given_ = 0;
}

void OnnxSlab::set_output(std::size_t index, const TensorView& view) {
    Output& output = outputs_[index];
    if (output.memory.data().size() < view.data.size() || !output.memory.data().data()) {
        output.memory = Tensor(view.type, view.shape, view.data.size());
        output.value.reset();  // It wrapped the memory that was.
    }
    if (output.view.shape != view.shape) output.value.reset();
    const std::span<std::byte> memory = output.memory.data().first(view.data.size());
    std::ranges::copy(view.data, memory.begin());
    output.view = {view.type, view.shape, memory};
}

std::size_t OnnxSlab::bytes() const {
    std::size_t sum = 0;
    for (const Input& input : inputs_) sum += input.memory.data().size();
    for (const Output& output : outputs_)
        sum += std::max(output.memory.data().size(), output.view.data.size());
    return sum;
}

Result<void> OnnxSlab::prepare() {
    const std::size_t required = graph_.signature.inputs.size();
    for (std::size_t index = 0; index < required; ++index) {
        if (!inputs_[index].stale) continue;
        if (auto prepared = prepare_input(index); !prepared) return prepared;
        input_values[index] = inputs_[index].value.get();
    }
    input_names.resize(required);
    input_values.resize(required);
    for (std::size_t index = required; optional_given_ > 0 && index < inputs_.size(); ++index) {
        if (!inputs_[index].given) continue;
        if (auto prepared = prepare_input(index); !prepared) return prepared;
        input_names.push_back(graph_.signature.input_at(index).name.c_str());
        input_values.push_back(inputs_[index].value.get());
    }
    for (std::size_t index = 0; index < outputs_.size(); ++index) {
        if (auto prepared = prepare_output(index); !prepared) return prepared;
    }
    return {};
}

Result<void> OnnxSlab::prepare_input(std::size_t index) {
    Input& input = inputs_[index];
    if (auto wrapped = wrap(input.view, input.value); !wrapped) return wrapped;
    input.stale = input.view.type == DataType::bytes;
    return {};
}

Result<void> OnnxSlab::wrap(const TensorView& view, Value& value) const {
    if (view.type == DataType::bytes) return wrap_strings(view, value);
    OrtValue* raw = nullptr;
    // The runtime takes the memory as not const, and does not write to inputs.
    auto* memory = const_cast<std::byte*>(view.data.data());
    const auto dims = view.shape.dims();
    if (auto failure = message_of(api().CreateTensorWithDataAsOrtValue(
            memory_info_.get(), memory, view.data.size(), dims.data(), dims.size(),
            to_onnx(view.type), &raw))) {
        return internal(*failure);
    }
    value.reset(raw);
    return {};
}

Result<void> OnnxSlab::wrap_strings(const TensorView& view, Value& value) const {
    const auto count = view.shape.element_count().value();
    const auto elements = split_bytes(view.data, count);
    if (!elements) return std::unexpected(elements.error());
    OrtAllocator* allocator = nullptr;
    OrtValue* raw = nullptr;
    const auto dims = view.shape.dims();
    if (auto failure = message_of(api().GetAllocatorWithDefaultOptions(&allocator)))
        return internal(*failure);
    if (auto failure = message_of(api().CreateTensorAsOrtValue(
            allocator, dims.data(), dims.size(), ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, &raw))) {
        return internal(*failure);
    }
    value.reset(raw);
    for (std::size_t index = 0; index < elements->size(); ++index) {
        char* room = nullptr;
        const std::string_view element = (*elements)[index];
        if (auto failure = message_of(
                api().GetResizedStringTensorElementBuffer(raw, index, element.size(), &room)))
            return internal(*failure);
        std::memcpy(room, element.data(), element.size());
    }
    return {};
}

Shape OnnxSlab::foreseen_shape(std::size_t index) const {
    Shape shape;
    for (const OutputDim& dim : *graph_.foreseen[index]) {
        shape.push_back(dim.source == OutputDim::Source::fixed
                            ? dim.size
                            : inputs_[dim.input].view.shape[dim.axis]);
    }
    return shape;
}

Result<void> OnnxSlab::prepare_output(std::size_t index) {
    Output& output = outputs_[index];
    if (!output.foreseen) {
        output.value.reset();
        output_values[index] = nullptr;
        return {};
    }
    const Shape shape = foreseen_shape(index);
    if (output.value && shape == output.view.shape) return {};
    const DataType type = graph_.signature.outputs[index].type;
    const auto count = shape.element_count();
    if (!count) return std::unexpected(count.error());
    const std::size_t size = static_cast<std::size_t>(*count) * element_size(type);
    if (output.memory.data().size() < size || !output.memory.data().data())
        output.memory = Tensor(type, shape, size);
    output.view = {type, shape, output.memory.data().first(size)};
    if (auto wrapped = wrap(output.view, output.value); !wrapped) return wrapped;
    output_values[index] = output.value.get();
    return {};
}

Result<void> OnnxSlab::collect() {
    for (std::size_t index = 0; index < outputs_.size(); ++index) {
        if (outputs_[index].foreseen) continue;
        outputs_[index].value.reset(output_values[index]);
        auto collected = graph_.is_maps[index] ? collect_maps(index) : collect_output(index);
        if (!collected) return collected;
    }
    return {};
}

Result<void> OnnxSlab::collect_output(std::size_t index) {
    Output& output = outputs_[index];
    const auto shape = shape_of(*output.value);
    if (!shape) return std::unexpected(shape.error());
    const auto count = shape->element_count();
    if (!count) return std::unexpected(count.error());
    const DataType type = graph_.signature.outputs[index].type;
    output.view = {type, *shape, {}};
    if (type == DataType::bytes) return collect_strings(output, *count);
    void* memory = nullptr;
    if (auto failure = message_of(api().GetTensorMutableData(output.value.get(), &memory)))
        return internal(*failure);
    output.view.data = {static_cast<const std::byte*>(memory),
                        static_cast<std::size_t>(*count) * element_size(type)};
    return {};
}

// The columns' names are part of the signature that clients have read: they stay as they are.
Result<void> OnnxSlab::collect_maps(std::size_t index) {
    Output& output = outputs_[index];
    const TensorSpec& spec = graph_.signature.outputs[index];
    auto table = read_maps(*output.value);
    output.value.reset();
    if (!table) return internal(fmt::format("output '{}': {}", spec.name, table.error().message));
    if (!spec.labels.empty() && table->values.shape[0] > 0 && table->keys != spec.labels)
        return internal(
            fmt::format("output '{}' came with {} classes, others than the {} that its "
                        "signature names",
                        spec.name, table->keys.size(), spec.labels.size()));
    output.classes = std::move(table->keys);
    output.memory = std::move(table->values);
    output.view = output.memory.view();
    return {};
}

Result<void> OnnxSlab::collect_strings(Output& output, std::int64_t count) {
    std::vector<std::string> elements(static_cast<std::size_t>(count));
    for (std::size_t index = 0; index < elements.size(); ++index) {
        std::size_t length = 0;
        if (auto failure =
                message_of(api().GetStringTensorElementLength(output.value.get(), index, &length)))
            return internal(*failure);
        elements[index].resize(length);
        if (auto failure = message_of(api().GetStringTensorElement(output.value.get(), length,
                                                                   index, elements[index].data())))
            return internal(*failure);
    }
    output.memory = pack_bytes(elements, output.view.shape);
    output.view.data = output.memory.data();
    return {};
}

}  // namespace mettle::onnx
