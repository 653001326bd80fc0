#include "mettle/payload/compare.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace mettle::payload {

namespace {

template <typename T>
T get(const TensorView& tensor, std::size_t index) {
    T value;
    std::memcpy(&value, tensor.data.data() + index * sizeof value, sizeof value);
    return value;
}

double float_at(const TensorView& tensor, std::size_t index) {
    switch (tensor.type) {
        case DataType::fp16:
            return from_fp16(get<std::uint16_t>(tensor, index));
        case DataType::bf16:
            return from_bf16(get<std::uint16_t>(tensor, index));
        case DataType::fp32:
            return get<float>(tensor, index);
        default:
            return get<double>(tensor, index);
    }
}

std::string whole_at(const TensorView& tensor, std::size_t index) {
    switch (tensor.type) {
        case DataType::boolean:
            return get<std::uint8_t>(tensor, index) ? "true" : "false";
        case DataType::uint8:
            return fmt::to_string(get<std::uint8_t>(tensor, index));
        case DataType::uint16:
            return fmt::to_string(get<std::uint16_t>(tensor, index));
        case DataType::uint32:
            return fmt::to_string(get<std::uint32_t>(tensor, index));
        case DataType::uint64:
            return fmt::to_string(get<std::uint64_t>(tensor, index));
        case DataType::int8:
            return fmt::to_string(get<std::int8_t>(tensor, index));
        case DataType::int16:
            return fmt::to_string(get<std::int16_t>(tensor, index));
        case DataType::int32:
            return fmt::to_string(get<std::int32_t>(tensor, index));
        default:
            return fmt::to_string(get<std::int64_t>(tensor, index));
    }
}

bool close_enough(double actual, double expected, Tolerance tolerance) {
    if (std::isnan(expected)) return std::isnan(actual);
    if (std::isinf(expected)) return actual == expected;
    return std::abs(actual - expected) <=
           tolerance.absolute + tolerance.relative * std::abs(expected);
}

std::optional<std::string> text_difference(const TensorView& actual, const TensorView& expected) {
    const auto count = expected.shape.element_count().value_or(0);
    const auto left = split_bytes(actual.data, count);
    const auto right = split_bytes(expected.data, count);
    if (!left || !right) return "its bytes are no list of texts";
    for (std::size_t index = 0; index < left->size(); ++index) {
        if ((*left)[index] != (*right)[index]) {
            return fmt::format("[{}] is '{}', not '{}'", index, (*left)[index].substr(0, 80),
                               (*right)[index].substr(0, 80));
        }
    }
    return {};
}

}  // namespace

std::optional<std::string> difference(const TensorView& actual, const TensorView& expected,
                                      Tolerance tolerance) {
    if (actual.type != expected.type) {
        return fmt::format("is of type {}, not {}", name_of(actual.type), name_of(expected.type));
    }
    if (!(actual.shape == expected.shape)) {
        return fmt::format("has shape {}, not {}", actual.shape.to_string(),
                           expected.shape.to_string());
    }
    if (actual.type == DataType::bytes) return text_difference(actual, expected);
    if (actual.data.size() != expected.data.size()) return "has another number of bytes";
    if (actual.data.empty() ||
        std::memcmp(actual.data.data(), expected.data.data(), actual.data.size()) == 0)
        return {};
    const std::size_t size = element_size(actual.type);
    const std::size_t count = actual.data.size() / size;
    for (std::size_t index = 0; index < count; ++index) {
        if (is_floating(actual.type)) {
            const double is = float_at(actual, index), should_be = float_at(expected, index);
            if (!close_enough(is, should_be, tolerance))
                return fmt::format("[{}] is {:.7g}, not {:.7g}", index, is, should_be);
        } else if (std::memcmp(actual.data.data() + index * size,
                               expected.data.data() + index * size, size) != 0) {
            return fmt::format("[{}] is {}, not {}", index, whole_at(actual, index),
                               whole_at(expected, index));
        }
    }
    return {};
}

std::optional<std::string> not_finite(const TensorView& tensor) {
    if (!is_floating(tensor.type)) return {};
    const std::size_t count = tensor.data.size() / element_size(tensor.type);
    for (std::size_t index = 0; index < count; ++index) {
        const double value = float_at(tensor, index);
        if (!std::isfinite(value))
            return fmt::format("[{}] is {}", index, std::isnan(value) ? "NaN" : "infinite");
    }
    return {};
}

}  // namespace mettle::payload
