#include "mettle/inference/onnx/map_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

namespace mettle::onnx {

namespace {

using Value = std::unique_ptr<OrtValue, Release>;

std::unexpected<Error> internal(std::string message) {
    return fail(Error::Kind::internal, std::move(message));
}

// Part `index` of a sequence; of a map, 0 is its keys and 1 its values.
Result<Value> part(const OrtValue& whole, std::size_t index) {
    OrtAllocator* allocator = nullptr;
    OrtValue* raw = nullptr;
    if (auto failure = message_of(api().GetAllocatorWithDefaultOptions(&allocator)))
        return internal(*failure);
    if (auto failure = message_of(api().GetValue(&whole, static_cast<int>(index), allocator, &raw)))
        return internal(*failure);
    return Value(raw);
}

struct Elements {
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    std::size_t count = 0;
};

Result<Elements> elements_of(const OrtValue& tensor) {
    OrtTensorTypeAndShapeInfo* raw = nullptr;
    if (auto failure = message_of(api().GetTensorTypeAndShape(&tensor, &raw)))
        return internal(*failure);
    const std::unique_ptr<OrtTensorTypeAndShapeInfo, Release> info(raw);
    Elements elements;
    if (auto failure = message_of(api().GetTensorElementType(raw, &elements.type)))
        return internal(*failure);
    if (auto failure = message_of(api().GetTensorShapeElementCount(raw, &elements.count)))
        return internal(*failure);
    return elements;
}

template <typename T>
Result<std::span<const T>> numbers_of(const OrtValue& tensor, std::size_t count) {
    const void* data = nullptr;
    if (auto failure = message_of(api().GetTensorData(&tensor, &data))) return internal(*failure);
    return std::span(static_cast<const T*>(data), count);
}

// Only one of the two has anything.
struct Keys {
    bool operator==(const Keys&) const = default;
    std::vector<std::int64_t> numbers;
    std::vector<std::string> texts;
};

Result<Keys> keys_of(const OrtValue& map) {
    const auto tensor = part(map, 0);
    if (!tensor) return std::unexpected(tensor.error());
    const auto elements = elements_of(**tensor);
    if (!elements) return std::unexpected(elements.error());
    Keys keys;
    if (elements->type != ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) {
        const auto numbers = numbers_of<std::int64_t>(**tensor, elements->count);
        if (!numbers) return std::unexpected(numbers.error());
        keys.numbers.assign(numbers->begin(), numbers->end());
        return keys;
    }
    for (std::size_t index = 0; index < elements->count; ++index) {
        std::size_t length = 0;
        if (auto failure =
                message_of(api().GetStringTensorElementLength(tensor->get(), index, &length)))
            return internal(*failure);
        std::string& text = keys.texts.emplace_back(length, '\0');
        if (auto failure =
                message_of(api().GetStringTensorElement(tensor->get(), length, index, text.data())))
            return internal(*failure);
    }
    return keys;
}

Result<void> append_values(const OrtValue& map, std::vector<float>& values) {
    const auto tensor = part(map, 1);
    if (!tensor) return std::unexpected(tensor.error());
    const auto elements = elements_of(**tensor);
    if (!elements) return std::unexpected(elements.error());
    const auto numbers = numbers_of<float>(**tensor, elements->count);
    if (!numbers) return std::unexpected(numbers.error());
    values.insert(values.end(), numbers->begin(), numbers->end());
    return {};
}

std::vector<std::string> as_texts(const Keys& keys) {
    std::vector<std::string> texts = keys.texts;
    for (const std::int64_t number : keys.numbers) texts.push_back(std::to_string(number));
    return texts;
}

}  // namespace

Result<MapTable> read_maps(const OrtValue& sequence) {
    std::size_t rows = 0;
    if (auto failure = message_of(api().GetValueCount(&sequence, &rows))) return internal(*failure);
    Keys first;
    std::vector<float> values;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto map = part(sequence, row);
        if (!map) return std::unexpected(map.error());
        auto keys = keys_of(**map);
        if (!keys) return std::unexpected(keys.error());
        if (row == 0)
            first = *std::move(keys);
        else if (*keys != first)
            return internal(fmt::format("the maps of rows 0 and {} have other keys", row));
        if (auto appended = append_values(**map, values); !appended)
            return std::unexpected(appended.error());
    }
    MapTable table{as_texts(first), {}};
    table.values = Tensor(DataType::fp32, {static_cast<std::int64_t>(rows),
                                           static_cast<std::int64_t>(table.keys.size())});
    if (!values.empty())
        std::memcpy(table.values.data().data(), values.data(), values.size() * sizeof(float));
    return table;
}

}  // namespace mettle::onnx
