#include "mettle/inference/onnx/type_text.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

namespace mettle::onnx {

namespace {

constexpr std::string_view kUnknown = "?";

template <typename Get>
std::string inner_text(Get get) {
    OrtTypeInfo* raw = nullptr;
    if (message_of(get(&raw))) return std::string(kUnknown);
    const std::unique_ptr<OrtTypeInfo, Release> inner(raw);
    return inner ? type_text(*inner) : std::string(kUnknown);
}

std::string sequence_text(const OrtTypeInfo& info) {
    const OrtSequenceTypeInfo* sequence = nullptr;
    if (message_of(api().CastTypeInfoToSequenceTypeInfo(&info, &sequence)) || !sequence)
        return std::string(kUnknown);
    return inner_text(
        [&](OrtTypeInfo** out) { return api().GetSequenceElementType(sequence, out); });
}

std::string map_text(const OrtTypeInfo& info) {
    const OrtMapTypeInfo* map = nullptr;
    ONNXTensorElementDataType key = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    if (message_of(api().CastTypeInfoToMapTypeInfo(&info, &map)) || !map ||
        message_of(api().GetMapKeyType(map, &key)))
        return std::string(kUnknown);
    const std::string value =
        inner_text([&](OrtTypeInfo** out) { return api().GetMapValueType(map, out); });
    return fmt::format("{},{}", element_text(key), value);
}

std::string optional_text(const OrtTypeInfo& info) {
    const OrtOptionalTypeInfo* optional = nullptr;
    if (message_of(api().CastTypeInfoToOptionalTypeInfo(&info, &optional)) || !optional)
        return std::string(kUnknown);
    return inner_text(
        [&](OrtTypeInfo** out) { return api().GetOptionalContainedTypeInfo(optional, out); });
}

std::string_view tensor_text(const OrtTypeInfo& info) {
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    if (message_of(api().CastTypeInfoToTensorInfo(&info, &tensor)) || !tensor ||
        message_of(api().GetTensorElementType(tensor, &element)))
        return kUnknown;
    return element_text(element);
}

}  // namespace

std::string type_text(const OrtTypeInfo& info) {
    ONNXType kind = ONNX_TYPE_UNKNOWN;
    if (message_of(api().GetOnnxTypeFromTypeInfo(&info, &kind))) return std::string(kUnknown);
    switch (kind) {
        case ONNX_TYPE_TENSOR:
            return fmt::format("tensor({})", tensor_text(info));
        case ONNX_TYPE_SPARSETENSOR:
            return fmt::format("sparse_tensor({})", tensor_text(info));
        case ONNX_TYPE_SEQUENCE:
            return fmt::format("seq({})", sequence_text(info));
        case ONNX_TYPE_MAP:
            return fmt::format("map({})", map_text(info));
        case ONNX_TYPE_OPTIONAL:
            return fmt::format("optional({})", optional_text(info));
        case ONNX_TYPE_OPAQUE:
            return "opaque";
        default:
            return std::string(kUnknown);
    }
}

std::string_view element_text(ONNXTensorElementDataType type) {
    // By their number in ONNX's TensorProto.DataType.
    constexpr std::array<std::string_view, 24> kNames = {
        "undefined",      "float",      "uint8",          "int8",       "uint16",   "int16",
        "int32",          "int64",      "string",         "bool",       "float16",  "double",
        "uint32",         "uint64",     "complex64",      "complex128", "bfloat16", "float8e4m3fn",
        "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4",      "int4",     "float4e2m1"};
    const auto index = static_cast<std::size_t>(type);
    return index < kNames.size() ? kNames[index] : kUnknown;
}

}  // namespace mettle::onnx
