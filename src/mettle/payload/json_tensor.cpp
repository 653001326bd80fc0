#include "mettle/payload/json_tensor.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace mettle::payload {

namespace {

using nlohmann::json;

constexpr int kDeepest = 16;

template <typename T>
void put(std::byte* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

template <typename T>
bool put_whole(std::byte* to, const json& value) {
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        if (number > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) return false;
        put(to, static_cast<T>(number));
        return true;
    }
    if (value.is_number_integer()) {
        const auto number = value.get<std::int64_t>();
        if (std::numeric_limits<T>::min() == 0 ||
            number < static_cast<std::int64_t>(std::numeric_limits<T>::min()))
            return false;
        put(to, static_cast<T>(number));
        return true;
    }
    return false;
}

bool put_value(std::byte* to, DataType type, const json& value) {
    switch (type) {
        case DataType::boolean:
            if (value.is_boolean()) return put(to, std::uint8_t{value.get<bool>()}), true;
            return value == json(0) || value == json(1) ? put_whole<std::uint8_t>(to, value)
                                                        : false;
        case DataType::uint8:
            return put_whole<std::uint8_t>(to, value);
        case DataType::uint16:
            return put_whole<std::uint16_t>(to, value);
        case DataType::uint32:
            return put_whole<std::uint32_t>(to, value);
        case DataType::uint64:
            return put_whole<std::uint64_t>(to, value);
        case DataType::int8:
            return put_whole<std::int8_t>(to, value);
        case DataType::int16:
            return put_whole<std::int16_t>(to, value);
        case DataType::int32:
            return put_whole<std::int32_t>(to, value);
        case DataType::int64:
            return put_whole<std::int64_t>(to, value);
        default:
            break;
    }
    if (!value.is_number()) return false;
    const double number = value.get<double>();
    if (type == DataType::fp64) return put(to, number), true;
    const auto single = static_cast<float>(number);
    if (type == DataType::fp16) return put(to, to_fp16(single)), true;
    if (type == DataType::bf16) return put(to, to_bf16(single)), true;
    return put(to, single), true;
}

// Walks nested arrays in order and gives each element to `take`; the place of the first that it
// refuses is left in `where`.
template <typename Take>
bool walk(const json& data, Take& take, std::string& where, int depth = 0) {
    if (!data.is_array()) return take(data);
    if (depth == kDeepest) return false;
    for (std::size_t index = 0; index < data.size(); ++index) {
        if (walk(data[index], take, where, depth + 1)) continue;
        where = fmt::format("[{}]{}", index, where);
        return false;
    }
    return true;
}

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<Tensor> texts_from_json(const json& data, const Shape& shape, std::size_t count) {
    std::vector<std::string> texts;
    const auto take = [&](const json& value) {
        if (!value.is_string()) return false;
        texts.push_back(value.get<std::string>());
        return true;
    };
    std::string where;
    if (!walk(data, take, where)) return invalid(where + " is no text");
    if (texts.size() != count)
        return invalid(fmt::format("{} values where shape {} wants {}", texts.size(),
                                   shape.to_string(), count));
    return pack_bytes(texts, shape);
}

template <typename T>
T get(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <typename T>
void append_number(std::string& out, T value) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

void append_value(std::string& out, DataType type, const std::byte* from) {
    switch (type) {
        case DataType::boolean:
            out += get<std::uint8_t>(from) ? "true" : "false";
            return;
        case DataType::uint8:
            return append_number(out, get<std::uint8_t>(from));
        case DataType::uint16:
            return append_number(out, get<std::uint16_t>(from));
        case DataType::uint32:
            return append_number(out, get<std::uint32_t>(from));
        case DataType::uint64:
            return append_number(out, get<std::uint64_t>(from));
        case DataType::int8:
            return append_number(out, get<std::int8_t>(from));
        case DataType::int16:
            return append_number(out, get<std::int16_t>(from));
        case DataType::int32:
            return append_number(out, get<std::int32_t>(from));
        case DataType::int64:
            return append_number(out, get<std::int64_t>(from));
        case DataType::fp32:
            return append_number(out, get<float>(from));
        case DataType::fp64:
            return append_number(out, get<double>(from));
        default:
            out += "null";
            return;
    }
}

}  // namespace

Result<Tensor> tensor_from_json(const json& data, DataType type, const Shape& shape) {
    const auto count = shape.element_count();
    if (!count) return std::unexpected(count.error());
    const auto size = static_cast<std::size_t>(*count);
    if (type == DataType::bytes) return texts_from_json(data, shape, size);
    // A shape can claim more than its data has: no memory is asked for on its word alone.
    std::size_t seen = 0;
    const auto tally = [&](const json&) { return ++seen <= size; };
    std::string where;
    walk(data, tally, where);
    if (seen != size) {
        return invalid(fmt::format("{} values where shape {} wants {}",
                                   seen > size ? "more" : fmt::to_string(seen), shape.to_string(),
                                   size));
    }
    Tensor tensor(type, shape);
    std::byte* to = tensor.data().data();
    const auto take = [&](const json& value) {
        if (!put_value(to, type, value)) return false;
        to += element_size(type);
        return true;
    };
    where.clear();
    if (!walk(data, take, where)) {
        return invalid(fmt::format("{} is no {}", where.empty() ? "it" : where, name_of(type)));
    }
    return tensor;
}

Shape shape_of_json(const json& data) {
    Shape shape;
    const json* level = &data;
    while (level->is_array() && shape.rank() < Shape::kMaxRank) {
        shape.push_back(static_cast<std::int64_t>(level->size()));
        if (level->empty()) break;
        level = &level->front();
    }
    return shape;
}

void append_json(std::string& out, const TensorView& tensor) {
    out += '[';
    if (tensor.type == DataType::bytes) {
        const auto texts = split_bytes(tensor.data, tensor.shape.element_count().value_or(0));
        if (texts) {
            for (const std::string_view text : *texts)
                out.append(out.back() == '[' ? "" : ",").append(json(text).dump());
        }
    } else {
        const std::size_t size = element_size(tensor.type);
        for (std::size_t at = 0; at < tensor.data.size(); at += size) {
            if (at > 0) out += ',';
            append_value(out, tensor.type, tensor.data.data() + at);
        }
    }
    out += ']';
}

void append_json_value(std::string& out, const TensorView& tensor, std::size_t index) {
    const std::byte* from = tensor.data.data() + index * element_size(tensor.type);
    if (tensor.type == DataType::fp16)
        append_number(out, from_fp16(get<std::uint16_t>(from)));
    else if (tensor.type == DataType::bf16)
        append_number(out, from_bf16(get<std::uint16_t>(from)));
    else
        append_value(out, tensor.type, from);
}

bool has_json_form(DataType type) {
    return type != DataType::fp16 && type != DataType::bf16;
}

}  // namespace mettle::payload
