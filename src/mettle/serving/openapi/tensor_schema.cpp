#include "mettle/serving/openapi/tensor_schema.hpp"

#include <limits>
#include <span>
#include <string_view>

namespace mettle::openapi {

namespace {

// A PNG of one grey pixel.
constexpr std::string_view kPixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNoaGgAAAMEAYFL09IQAAAAAElFTkSuQmCC";

template <typename T>
Json within(const char* kind, T least, T most) {
    return {{"type", kind}, {"minimum", least}, {"maximum", most}};
}

template <typename T>
Json integer() {
    return within("integer", std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
}

Json number(double most) {
    return within("number", -most, most);
}

// What does not fit the type is refused, so its bounds are said.
Json number_schema(DataType type) {
    switch (type) {
        case DataType::boolean:
            return {{"type", "boolean"}};
        case DataType::uint8:
            return integer<std::uint8_t>();
        case DataType::uint16:
            return integer<std::uint16_t>();
        case DataType::uint32:
            return integer<std::uint32_t>();
        case DataType::uint64:
            return integer<std::uint64_t>();
        case DataType::int8:
            return integer<std::int8_t>();
        case DataType::int16:
            return integer<std::int16_t>();
        case DataType::int32:
            return integer<std::int32_t>();
        case DataType::int64:
            return integer<std::int64_t>();
        case DataType::fp16:
            return number(from_fp16(0x7bff));
        case DataType::bf16:
            return number(from_bf16(0x7f7f));
        case DataType::fp64:
            return {{"type", "number"}, {"format", "double"}};
        case DataType::fp32:
        case DataType::bytes:
            break;
    }
    Json schema = number(std::numeric_limits<float>::max());
    schema["format"] = "float";
    return schema;
}

Json element_schema(DataType type, Content content, Direction direction) {
    if (content == Content::picture)
        return {{"type", "string"},
                {"contentEncoding", "base64"},
                {"contentMediaType", "image/png"},
                {"description", "a JPEG or PNG file in base64"}};
    if (type == DataType::bytes) return {{"type", "string"}};
    if (direction == Direction::request) return number_schema(type);
    if (is_floating(type)) return {{"type", {"number", "null"}}};
    return {{"type", type == DataType::boolean ? "boolean" : "integer"}};
}

Json element_example(DataType type, Content content) {
    if (content == Content::picture) return kPixel;
    if (type == DataType::bytes) return "text";
    if (type == DataType::boolean) return false;
    return is_floating(type) ? Json(0.0) : Json(0);
}

Json repeat(const Json& element, std::span<const std::int64_t> dims) {
    if (dims.empty()) return element;
    const Json part = repeat(element, dims.subspan(1));
    Json array = Json::array();
    for (std::int64_t at = 0; at < (dims[0] < 0 ? 1 : dims[0]); ++at) array.push_back(part);
    return array;
}

}  // namespace

Json tensor_schema(const TensorSpec& spec, const Shape& shape, Content content,
                   Direction direction) {
    Json schema = element_schema(spec.type, content, direction);
    for (std::size_t axis = shape.rank(); axis-- > 0;) {
        Json array = {{"type", "array"}, {"items", std::move(schema)}};
        const bool any = shape[axis] < 0;
        if (!any || direction == Direction::request) array["minItems"] = any ? 1 : shape[axis];
        if (!any) array["maxItems"] = shape[axis];
        schema = std::move(array);
    }
    return schema;
}

Json tensor_example(const TensorSpec& spec, const Shape& shape, Content content) {
    return repeat(element_example(spec.type, content), shape.dims());
}

std::int64_t example_elements(const Shape& shape) {
    Shape sizes;
    for (const std::int64_t dim : shape.dims()) sizes.push_back(dim < 0 ? 1 : dim);
    return sizes.element_count().value_or(std::numeric_limits<std::int64_t>::max());
}

}  // namespace mettle::openapi
