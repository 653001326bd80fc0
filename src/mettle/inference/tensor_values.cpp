#include "mettle/inference/tensor_values.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <cstring>
#include <limits>

namespace mettle {

namespace {

std::unexpected<Error> wrong(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<void> flatten(const YamlNode& node, const Shape& shape, std::size_t axis,
                     std::vector<const YamlNode*>& leaves) {
    if (axis == shape.rank()) {
        if (!node.is_scalar())
            return wrong(fmt::format("{} stands among plain values", node.kind_name()));
        leaves.push_back(&node);
        return {};
    }
    if (!node.is_list() || static_cast<std::int64_t>(node.items.size()) != shape[axis])
        return wrong("its lists are of unlike lengths");
    for (const YamlNode& item : node.items)
        if (auto done = flatten(item, shape, axis + 1, leaves); !done) return done;
    return {};
}

template <typename T>
bool store_whole(double value, std::byte* target) {
    if (value < static_cast<double>(std::numeric_limits<T>::min()) ||
        value >= static_cast<double>(std::numeric_limits<T>::max()) + 1.0)
        return false;
    const T own = static_cast<T>(value);
    if (static_cast<double>(own) != value) return false;
    std::memcpy(target, &own, sizeof own);
    return true;
}

template <typename T>
bool store(T value, std::byte* target) {
    std::memcpy(target, &value, sizeof value);
    return true;
}

bool store(double value, DataType type, std::byte* target) {
    switch (type) {
        case DataType::boolean:
        case DataType::uint8:
            return store_whole<std::uint8_t>(value, target);
        case DataType::uint16:
            return store_whole<std::uint16_t>(value, target);
        case DataType::uint32:
            return store_whole<std::uint32_t>(value, target);
        case DataType::uint64:
            return store_whole<std::uint64_t>(value, target);
        case DataType::int8:
            return store_whole<std::int8_t>(value, target);
        case DataType::int16:
            return store_whole<std::int16_t>(value, target);
        case DataType::int32:
            return store_whole<std::int32_t>(value, target);
        case DataType::int64:
            return store_whole<std::int64_t>(value, target);
        case DataType::fp16:
            return store(to_fp16(static_cast<float>(value)), target);
        case DataType::bf16:
            return store(to_bf16(static_cast<float>(value)), target);
        case DataType::fp32:
            return store(static_cast<float>(value), target);
        case DataType::fp64:
            return store(value, target);
        case DataType::bytes:
            return false;
    }
    return false;
}

Result<double> number_of(const YamlNode& leaf) {
    if (leaf.text == "true") return 1;
    if (leaf.text == "false") return 0;
    return parse_number(leaf.text);
}

}  // namespace

Result<Tensor> tensor_of(const YamlNode& values, DataType type) {
    Shape shape;
    for (const YamlNode* node = &values; node->is_list(); node = &node->items.front()) {
        if (shape.rank() == Shape::kMaxRank)
            return wrong(fmt::format("it has more than {} dimensions", Shape::kMaxRank));
        shape.push_back(static_cast<std::int64_t>(node->items.size()));
        if (node->items.empty()) break;
    }
    std::vector<const YamlNode*> leaves;
    if (auto flat = flatten(values, shape, 0, leaves); !flat) return std::unexpected(flat.error());
    if (type == DataType::bytes) {
        std::vector<std::string> texts;
        for (const YamlNode* leaf : leaves) texts.push_back(leaf->text);
        return pack_bytes(texts, shape);
    }
    Tensor tensor(type, shape);
    for (std::size_t index = 0; index < leaves.size(); ++index) {
        const auto value = number_of(*leaves[index]);
        if (!value || !store(*value, type, tensor.data().data() + index * element_size(type)))
            return wrong(
                fmt::format("'{}' is no {}", leaves[index]->text.substr(0, 60), name_of(type)));
    }
    return tensor;
}

}  // namespace mettle
