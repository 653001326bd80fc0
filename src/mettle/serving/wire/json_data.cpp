#include "mettle/serving/wire/json_data.hpp"

#include "mettle/base/base64.hpp"

#include <fmt/format.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>

namespace mettle::wire {

namespace {

namespace json = simdjson::ondemand;

std::unexpected<Error> wrong(std::string_view name, std::string message) {
    return fail(Error::Kind::invalid_input, fmt::format("input '{}': {}", name, message));
}

// Why a value could not be read: a broken document, or a value of another type.
template <typename T>
std::string why_not(simdjson::error_code error, std::size_t at) {
    const char* wanted = std::same_as<T, bool> ? "true or false"
                         : std::integral<T>    ? "a whole number"
                                               : "a number";
    switch (error) {
        case simdjson::INCORRECT_TYPE:
        case simdjson::NUMBER_ERROR:
        case simdjson::NUMBER_OUT_OF_RANGE:
        case simdjson::N_ATOM_ERROR:
        case simdjson::T_ATOM_ERROR:
        case simdjson::F_ATOM_ERROR:
            return fmt::format("value {} of data is not {} in range", at, wanted);
        default:
            return fmt::format("data {}", describe(error));
    }
}

// What the token of a value that is no JSON number says, where the protocol takes it.
bool read_non_finite(json::value value, double& out) {
    std::string_view token = value.raw_json_token();
    while (!token.empty() && token.back() <= ' ') token.remove_suffix(1);
    if (token != "NaN" && token != "Infinity" && token != "-Infinity") return false;
    out = token == "NaN" ? std::numeric_limits<double>::quiet_NaN()
                         : (token[0] == '-' ? -1 : 1) * std::numeric_limits<double>::infinity();
    return true;
}

// FP16 and BF16, which have no type of their own in C++.
template <DataType kType>
struct Half {
    std::uint16_t bits = 0;
    static Half of(float value) {
        return {kType == DataType::fp16 ? to_fp16(value) : to_bf16(value)};
    }
    bool is_infinite() const {
        return std::isinf(kType == DataType::fp16 ? from_fp16(bits) : from_bf16(bits));
    }
};
template <typename T>
concept IsHalf = requires(T value) { value.is_infinite(); };

template <typename T>
simdjson::error_code read_value(json::value value, T& out, NumberForm form) {
    if constexpr (std::same_as<T, bool>) {
        return value.get_bool().get(out);
    } else if constexpr (std::floating_point<T> || IsHalf<T>) {
        double wide = 0;
        const auto error = value.get_double().get(wide);
        const bool special = error && form.non_finite && read_non_finite(value, wide);
        if (error && !special) return error;
        bool infinite = false;
        if constexpr (IsHalf<T>) {
            out = T::of(static_cast<float>(wide));
            infinite = out.is_infinite();
        } else {
            out = static_cast<T>(wide);
            infinite = std::isinf(out);
        }
        return infinite && !special ? simdjson::NUMBER_OUT_OF_RANGE : simdjson::SUCCESS;
    } else if constexpr (std::unsigned_integral<T>) {
        std::uint64_t wide = 0;
        const auto error = value.get_uint64().get(wide);
        out = static_cast<T>(wide);
        return error                                  ? error
               : wide > std::numeric_limits<T>::max() ? simdjson::NUMBER_OUT_OF_RANGE
                                                      : simdjson::SUCCESS;
    } else {
        std::int64_t wide = 0;
        const auto error = value.get_int64().get(wide);
        out = static_cast<T>(wide);
        const bool fits =
            wide >= std::numeric_limits<T>::min() && wide <= std::numeric_limits<T>::max();
        return error ? error : fits ? simdjson::SUCCESS : simdjson::NUMBER_OUT_OF_RANGE;
    }
}

// Walks "data" and hands each leaf to `Leaf`, which returns an error code; counts leaves against
// the shape. Flat arrays are one level, nested ones as many as the shape has axes.
template <typename Leaf>
struct Walk {
    const Shape& shape;
    std::string_view name;
    std::size_t total;
    Leaf leaf;
    std::size_t at = 0;
    std::string failure;

    bool fail_with(std::string message) {
        failure = std::move(message);
        return false;
    }

    bool leaves(json::array array, std::size_t most) {
        const std::size_t end = at + most;
        for (auto element : array) {
            json::value value;
            if (const auto error = element.get(value))
                return fail_with(fmt::format("data {}", describe(error)));
            if (at == end)
                return fail_with(
                    fmt::format("data has more values than shape {} has", shape.to_string()));
            if (!leaf(value, at, failure)) return false;
            ++at;
        }
        if (at != end)
            return fail_with(fmt::format("data has {} values{}, and shape {} wants {}", at,
                                         end == total ? "" : " so far", shape.to_string(), end));
        return true;
    }

    bool nested(json::array array, std::size_t axis) {
        const auto size = static_cast<std::size_t>(shape[axis]);
        if (axis + 1 == shape.rank()) return leaves(array, size);
        std::size_t count = 0;
        for (auto element : array) {
            json::array inner;
            if (const auto error = element.get_array().get(inner)) {
                if (error != simdjson::INCORRECT_TYPE)
                    return fail_with(fmt::format("data {}", describe(error)));
                return fail_with(
                    fmt::format("data is nested otherwise than shape {} says", shape.to_string()));
            }
            if (count++ == size)
                return fail_with(
                    fmt::format("data is nested otherwise than shape {} says", shape.to_string()));
            if (!nested(inner, axis + 1)) return false;
        }
        if (count != size)
            return fail_with(
                fmt::format("data is nested otherwise than shape {} says", shape.to_string()));
        return true;
    }

    Result<void> run(json::array array) {
        bool is_empty = false;
        if (const auto error = array.is_empty().get(is_empty))
            return wrong(name, fmt::format("data {}", describe(error)));
        bool is_nested = false;
        if (!is_empty && shape.rank() > 1) {
            json::value first;
            json::json_type type{};
            if (const auto error = array.at(0).get(first))
                return wrong(name, fmt::format("data {}", describe(error)));
            if (const auto error = first.type().get(type))
                return wrong(name, fmt::format("data {}", describe(error)));
            is_nested = type == json::json_type::array;
            if (const auto error = array.reset().error())
                return wrong(name, fmt::format("data {}", describe(error)));
        }
        const bool done = is_nested ? nested(array, 0) : leaves(array, total);
        if (!done) return wrong(name, failure);
        return {};
    }
};

template <typename T>
Result<void> read_as(json::array data, const Shape& shape, std::span<std::byte> memory,
                     std::string_view name, NumberForm form) {
    auto leaf = [memory, form](json::value value, std::size_t at, std::string& failure) {
        T number{};
        if (const auto error = read_value(value, number, form)) {
            failure = why_not<T>(error, at);
            return false;
        }
        std::memcpy(memory.data() + at * sizeof(T), &number, sizeof(T));
        return true;
    };
    return Walk<decltype(leaf)>{shape, name, memory.size() / sizeof(T), leaf, 0, {}}.run(data);
}

std::unexpected<Error> no_json_form(DataType type, std::string_view name) {
    return wrong(name, fmt::format("{} has no JSON form: send it with the binary tensor extension",
                                   name_of(type)));
}

void append_element(std::string& packed, std::string_view bytes) {
    const auto length = static_cast<std::uint32_t>(bytes.size());
    packed.append(reinterpret_cast<const char*>(&length), 4).append(bytes);
}

// {"b64": "..."} and nothing beside it.
bool read_b64(json::value value, std::size_t at, std::string& packed, std::string& failure) {
    json::object object;
    std::string_view text;
    if (value.get_object().get(object) || object.find_field("b64").get_string().get(text)) {
        failure = fmt::format(R"(value {} of data is neither a string nor {{"b64":"..."}})", at);
        return false;
    }
    const auto bytes = from_base64(text);
    if (!bytes) {
        failure = fmt::format("value {} of data: {}", at, bytes.error().message);
        return false;
    }
    append_element(packed, *bytes);
    return true;
}

}  // namespace

std::string describe(simdjson::error_code error) {
    return fmt::format("is not valid JSON: {}", simdjson::error_message(error));
}

Result<void> read_numbers(json::array data, DataType type, const Shape& shape,
                          std::span<std::byte> memory, std::string_view name, NumberForm form) {
    switch (type) {
        case DataType::boolean:
            return read_as<bool>(data, shape, memory, name, form);
        case DataType::uint8:
            return read_as<std::uint8_t>(data, shape, memory, name, form);
        case DataType::uint16:
            return read_as<std::uint16_t>(data, shape, memory, name, form);
        case DataType::uint32:
            return read_as<std::uint32_t>(data, shape, memory, name, form);
        case DataType::uint64:
            return read_as<std::uint64_t>(data, shape, memory, name, form);
        case DataType::int8:
            return read_as<std::int8_t>(data, shape, memory, name, form);
        case DataType::int16:
            return read_as<std::int16_t>(data, shape, memory, name, form);
        case DataType::int32:
            return read_as<std::int32_t>(data, shape, memory, name, form);
        case DataType::int64:
            return read_as<std::int64_t>(data, shape, memory, name, form);
        case DataType::fp32:
            return read_as<float>(data, shape, memory, name, form);
        case DataType::fp64:
            return read_as<double>(data, shape, memory, name, form);
        case DataType::fp16:
            if (!form.halves) return no_json_form(type, name);
            return read_as<Half<DataType::fp16>>(data, shape, memory, name, form);
        case DataType::bf16:
            if (!form.halves) return no_json_form(type, name);
            return read_as<Half<DataType::bf16>>(data, shape, memory, name, form);
        case DataType::bytes:
            break;
    }
    return wrong(name, "BYTES data are strings");
}

Result<void> read_strings(json::array data, const Shape& shape, std::string& packed,
                          std::string_view name, bool b64) {
    auto leaf = [&packed, b64](json::value value, std::size_t at, std::string& failure) {
        std::string_view text;
        if (const auto error = value.get_string().get(text)) {
            if (error == simdjson::INCORRECT_TYPE && b64)
                return read_b64(value, at, packed, failure);
            failure = error == simdjson::INCORRECT_TYPE
                          ? fmt::format("value {} of data is not a string", at)
                          : fmt::format("data {}", describe(error));
            return false;
        }
        append_element(packed, text);
        return true;
    };
    const auto total = static_cast<std::size_t>(shape.element_count().value());
    return Walk<decltype(leaf)>{shape, name, total, leaf, 0, {}}.run(data);
}

}  // namespace mettle::wire
