#include "mettle/payload/tensors.hpp"

#include "mettle/base/random.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

namespace mettle::payload {

namespace {

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

template <typename T>
void put(std::byte* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

void put_value(std::byte* to, DataType type, std::uint64_t random) {
    const auto digit = random % 10;
    switch (type) {
        case DataType::boolean:
            return put(to, static_cast<std::uint8_t>(random & 1));
        case DataType::uint8:
        case DataType::int8:
            return put(to, static_cast<std::uint8_t>(digit));
        case DataType::uint16:
        case DataType::int16:
            return put(to, static_cast<std::uint16_t>(digit));
        case DataType::uint32:
        case DataType::int32:
            return put(to, static_cast<std::uint32_t>(digit));
        case DataType::uint64:
        case DataType::int64:
            return put(to, digit);
        case DataType::fp16:
            return put(to, to_fp16(static_cast<float>(to_unit(random))));
        case DataType::bf16:
            return put(to, to_bf16(static_cast<float>(to_unit(random))));
        case DataType::fp32:
            return put(to, static_cast<float>(to_unit(random)));
        case DataType::fp64:
            return put(to, to_unit(random));
        case DataType::bytes:
            return;
    }
}

Tensor make_words(const Shape& shape, std::uint64_t state) {
    std::vector<std::string> words(static_cast<std::size_t>(shape.element_count().value_or(0)));
    for (std::string& word : words) word = fmt::format("word{}", mix(state++) % 1000);
    return pack_bytes(words, shape);
}

Result<TensorSpec> resolve(const TensorSpec& input, const InputOptions& options) {
    TensorSpec concrete = input;
    const auto given = options.shapes.find(input.name);
    if (given != options.shapes.end()) {
        if (!input.shape.accepts(given->second)) {
            return invalid(fmt::format("--shape {}:{} does not fit the model's input {}",
                                       input.name, given->second.to_string(), input.to_string()));
        }
        concrete.shape = given->second;
    } else if (input.shape.rank() > 0) {
        if (input.shape[0] < 0) {
            concrete.shape[0] = options.batch;
        } else if (options.batch_given && input.shape[0] != options.batch) {
            return invalid(
                fmt::format("-b {} does not fit the model's input {}, whose first "
                            "dimension is fixed",
                            options.batch, input.to_string()));
        }
    }
    if (concrete.shape.is_dynamic()) {
        return invalid(
            fmt::format("the model's input {} has free dimensions: say how large, as in "
                        "--shape {}:1,3,224,224",
                        input.to_string(), input.name));
    }
    if (const auto count = concrete.shape.element_count(); !count)
        return std::unexpected(count.error());
    return concrete;
}

}  // namespace

Result<std::pair<std::string, Shape>> parse_shape(std::string_view text) {
    const auto wrong = [text](std::string_view why) {
        return invalid(fmt::format("'{}' is not a shape: {}; write INPUT:1,3,224,224", text, why));
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return wrong("it names no input");
    std::string_view rest = text.substr(colon + 1);
    Shape shape;
    while (!rest.empty()) {
        if (shape.rank() == Shape::kMaxRank) return wrong("it has more than 8 dimensions");
        const auto comma = std::min(rest.find(','), rest.size());
        std::int64_t dim = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + comma, dim);
        if (error != std::errc{} || end != rest.data() + comma || dim < 0)
            return wrong(fmt::format("'{}' is no size", rest.substr(0, comma)));
        shape.push_back(dim);
        if (comma + 1 == rest.size()) return wrong("it ends with a comma");
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return std::pair{std::string(text.substr(0, colon)), shape};
}

Result<std::vector<TensorSpec>> resolve_inputs(const Signature& signature,
                                               const InputOptions& options) {
    for (const auto& [name, shape] : options.shapes) {
        if (!signature.input(name)) {
            return invalid(fmt::format("--shape names '{}', but the model takes {}", name,
                                       signature.to_string()));
        }
    }
    std::vector<TensorSpec> inputs;
    for (const TensorSpec& input : signature.inputs) {
        auto concrete = resolve(input, options);
        if (!concrete) return std::unexpected(concrete.error());
        inputs.push_back(std::move(*concrete));
    }
    return inputs;
}

Tensor make_tensor(const TensorSpec& spec, std::uint64_t state) {
    if (spec.type == DataType::bytes) return make_words(spec.shape, state);
    Tensor tensor(spec.type, spec.shape);
    const std::size_t size = element_size(spec.type);
    for (std::size_t at = 0; at < tensor.data().size(); at += size)
        put_value(tensor.data().data() + at, spec.type, mix(state++));
    return tensor;
}

Tensors make_inputs(const std::vector<TensorSpec>& inputs, std::uint64_t seed,
                    std::uint64_t index) {
    Tensors tensors;
    std::uint64_t state = mix(mix(seed) ^ index);
    for (const TensorSpec& input : inputs)
        tensors.push_back({input.name, make_tensor(input, state = mix(state))});
    return tensors;
}

}  // namespace mettle::payload
