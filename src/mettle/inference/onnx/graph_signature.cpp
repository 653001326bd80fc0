#include "mettle/inference/onnx/graph_signature.hpp"

#include "mettle/inference/onnx/type_text.hpp"

#include <fmt/format.h>

#include <memory>
#include <string_view>

namespace mettle::onnx {

namespace {

struct Described {
    TensorSpec spec;
    std::vector<std::string> symbols;  // Of each dimension; empty where it has no name.
    bool is_maps = false;
};

std::unexpected<Error> unservable(std::string_view role, std::string_view name,
                                  std::string_view why) {
    return fail(Error::Kind::invalid_input, fmt::format("{} '{}' {}", role, name, why));
}

// A classifier's scores by class, as scikit-learn's exports have them: a row's map for each row.
bool is_class_maps(std::string_view role, std::string_view type) {
    return role == "output" &&
           (type == "seq(map(int64,tensor(float)))" || type == "seq(map(string,tensor(float)))");
}

std::unexpected<Error> not_a_tensor(std::string_view role, std::string_view name,
                                    std::string_view type) {
    constexpr std::string_view kAdvice =
        "export the graph with a tensor in its place (scikit-learn: options={'zipmap': False}; a "
        "sequence of tensors: ConcatFromSequence behind it)";
    return unservable(role, name,
                      fmt::format("is of type {}, and only tensors can be served: {}", type,
                                  role == "output" ? kAdvice : "make the graph take tensors"));
}

Result<Described> describe(std::string_view role, std::string name, const OrtTypeInfo& info) {
    ONNXType kind = ONNX_TYPE_UNKNOWN;
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;
    if (const auto failure = message_of(api().GetOnnxTypeFromTypeInfo(&info, &kind)))
        return unservable(role, name, *failure);
    if (kind != ONNX_TYPE_TENSOR) {
        const std::string type = type_text(info);
        if (!is_class_maps(role, type)) return not_a_tensor(role, name, type);
        return Described{{std::move(name), DataType::fp32, {-1, -1}}, {"", ""}, true};
    }
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    std::size_t rank = 0;
    if (auto failure = message_of(api().CastTypeInfoToTensorInfo(&info, &tensor)))
        return unservable(role, name, *failure);
    if (auto failure = message_of(api().GetTensorElementType(tensor, &element)))
        return unservable(role, name, *failure);
    if (auto failure = message_of(api().GetDimensionsCount(tensor, &rank)))
        return unservable(role, name, *failure);
    const auto type = from_onnx(element);
    if (!type)
        return unservable(role, name,
                          fmt::format("has ONNX's element type {}, which V2 has no name for: cast "
                                      "it in the graph",
                                      element_text(element)));
    if (rank > Shape::kMaxRank)
        return unservable(
            role, name,
            fmt::format("has {} dimensions; at most {} can be served", rank, Shape::kMaxRank));

    std::vector<std::int64_t> dims(rank);
    std::vector<const char*> symbols(rank);
    if (auto failure = message_of(api().GetDimensions(tensor, dims.data(), rank)))
        return unservable(role, name, *failure);
    if (auto failure = message_of(api().GetSymbolicDimensions(tensor, symbols.data(), rank)))
        return unservable(role, name, *failure);
    Described described{{std::move(name), *type, {}}, {symbols.begin(), symbols.end()}, false};
    for (const std::int64_t dim : dims)
        described.spec.shape.push_back(std::max<std::int64_t>(dim, -1));
    return described;
}

using Count = OrtStatus* (*)(const OrtSession*, std::size_t*);
using Name = OrtStatus* (*)(const OrtSession*, std::size_t, OrtAllocator*, char**);
using TypeInfo = OrtStatus* (*)(const OrtSession*, std::size_t, OrtTypeInfo**);

Result<std::vector<Described>> describe_all(const OrtSession& session, std::string_view role,
                                            Count count_of, Name name_of, TypeInfo type_of) {
    OrtAllocator* allocator = nullptr;
    std::size_t count = 0;
    if (auto failure = message_of(api().GetAllocatorWithDefaultOptions(&allocator)))
        return fail(Error::Kind::internal, *failure);
    if (auto failure = message_of(count_of(&session, &count)))
        return fail(Error::Kind::internal, *failure);
    std::vector<Described> all;
    for (std::size_t index = 0; index < count; ++index) {
        char* text = nullptr;
        OrtTypeInfo* raw = nullptr;
        if (auto failure = message_of(name_of(&session, index, allocator, &text)))
            return fail(Error::Kind::internal, *failure);
        std::string name = text;
        (void)message_of(api().AllocatorFree(allocator, text));
        if (auto failure = message_of(type_of(&session, index, &raw)))
            return unservable(role, name, *failure);
        const std::unique_ptr<OrtTypeInfo, Release> info(raw);
        auto described = describe(role, std::move(name), *info);
        if (!described) return std::unexpected(described.error());
        all.push_back(*std::move(described));
    }
    return all;
}

OutputDim foresee(const std::vector<Described>& inputs, const Described& output, std::size_t axis,
                  bool batches) {
    const std::int64_t size = output.spec.shape[axis];
    if (size >= 0) return {OutputDim::Source::fixed, size, 0, 0};
    const std::string& symbol = output.symbols[axis];
    for (std::size_t input = 0; !symbol.empty() && input < inputs.size(); ++input) {
        for (std::size_t at = 0; at < inputs[input].symbols.size(); ++at) {
            if (inputs[input].symbols[at] == symbol)
                return {OutputDim::Source::input, 0, input, at};
        }
    }
    // An unnamed first dimension is most likely the number of rows; the warm-up checks it.
    if (axis == 0 && batches) return {OutputDim::Source::input, 0, 0, 0};
    return {};
}

// Old exporters list all weights among the inputs, and nobody sends those.
constexpr std::size_t kMostOptionalInputs = 16;

}  // namespace

Result<GraphSignature> read_signature(const OrtSession& session) {
    const OrtApi& ort = api();
    auto inputs = describe_all(session, "input", ort.SessionGetInputCount, ort.SessionGetInputName,
                               ort.SessionGetInputTypeInfo);
    if (!inputs) return std::unexpected(inputs.error());
    auto outputs = describe_all(session, "output", ort.SessionGetOutputCount,
                                ort.SessionGetOutputName, ort.SessionGetOutputTypeInfo);
    if (!outputs) return std::unexpected(outputs.error());
    auto optional = describe_all(
        session, "optional input", ort.SessionGetOverridableInitializerCount,
        ort.SessionGetOverridableInitializerName, ort.SessionGetOverridableInitializerTypeInfo);
    if (!optional) return std::unexpected(optional.error());
    if (inputs->empty()) return fail(Error::Kind::invalid_input, "the graph has no input");

    GraphSignature graph;
    for (const Described& input : *inputs) graph.signature.inputs.push_back(input.spec);
    if (optional->size() <= kMostOptionalInputs)
        for (const Described& input : *optional)
            graph.signature.optional_inputs.push_back(input.spec);
    for (const Described& output : *outputs) graph.signature.outputs.push_back(output.spec);
    for (const Described& output : *outputs) {
        std::vector<OutputDim> dims;
        bool known = output.spec.type != DataType::bytes && !output.is_maps;
        for (std::size_t axis = 0; axis < output.spec.shape.rank(); ++axis) {
            dims.push_back(foresee(*inputs, output, axis, graph.signature.batches()));
            known = known && dims.back().source != OutputDim::Source::unknown;
        }
        graph.is_maps.push_back(output.is_maps);
        graph.foreseen.push_back(known ? std::optional(std::move(dims)) : std::nullopt);
    }
    return graph;
}

}  // namespace mettle::onnx
