#include "mettle/serving/v2/classification.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

namespace mettle::v2 {

namespace {

template <typename T>
void append_top(std::span<const std::byte> row, std::size_t classes,
                std::span<const std::string> labels, std::vector<std::string>& out) {
    std::vector<T> values(row.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), row.data(), row.size());
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    // A NaN goes behind all others: it is no order to sort by.
    const auto before = [&values](std::size_t left, std::size_t right) {
        const bool left_number = values[left] == values[left];
        const bool right_number = values[right] == values[right];
        if (left_number != right_number) return left_number;
        if (left_number && values[left] != values[right]) return values[left] > values[right];
        return left < right;
    };
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(classes);
    std::partial_sort(order.begin(), end, order.end(), before);
    for (auto index = order.begin(); index != end; ++index) {
        std::string text = std::to_string(values[*index]) + ':' + std::to_string(*index);
        if (*index < labels.size()) text += ':' + labels[*index];
        out.push_back(std::move(text));
    }
}

using Append = void (*)(std::span<const std::byte>, std::size_t, std::span<const std::string>,
                        std::vector<std::string>&);

// Null for what has no order here: BOOL, BYTES and the halves, as with Triton.
Append append_for(DataType type) {
    switch (type) {
        case DataType::uint8:
            return append_top<std::uint8_t>;
        case DataType::uint16:
            return append_top<std::uint16_t>;
        case DataType::uint32:
            return append_top<std::uint32_t>;
        case DataType::uint64:
            return append_top<std::uint64_t>;
        case DataType::int8:
            return append_top<std::int8_t>;
        case DataType::int16:
            return append_top<std::int16_t>;
        case DataType::int32:
            return append_top<std::int32_t>;
        case DataType::int64:
            return append_top<std::int64_t>;
        case DataType::fp32:
            return append_top<float>;
        case DataType::fp64:
            return append_top<double>;
        default:
            return nullptr;
    }
}

}  // namespace

Result<Tensor> classify(const TensorView& tensor, std::size_t classes, bool by_row,
                        std::span<const std::string> labels) {
    const Append append = append_for(tensor.type);
    if (!append)
        return fail(Error::Kind::invalid_input,
                    "class result not available for output due to "
                    "unsupported type '" +
                        std::string(name_of(tensor.type)) + "'");
    const auto rows =
        by_row && tensor.shape.rank() > 0 ? static_cast<std::size_t>(tensor.shape[0]) : 1;
    const std::size_t row_size = rows == 0 ? 0 : tensor.data.size() / rows;
    const std::size_t most = std::min(classes, row_size / element_size(tensor.type));
    std::vector<std::string> texts;
    for (std::size_t row = 0; row < rows; ++row)
        append(tensor.data.subspan(row * row_size, row_size), most, labels, texts);
    const auto count = static_cast<std::int64_t>(most);
    const Shape shape = by_row ? Shape{static_cast<std::int64_t>(rows), count} : Shape{count};
    return pack_bytes(texts, shape);
}

}  // namespace mettle::v2
