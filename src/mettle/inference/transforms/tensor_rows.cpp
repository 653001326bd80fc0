#include "mettle/inference/transforms/tensor_rows.hpp"

namespace mettle {

namespace {

// Elements vary in size, so a row begins in front of its first one's length.
Result<std::vector<TensorView>> split_bytes_rows(const TensorView& whole, std::size_t rows,
                                                 std::size_t count) {
    const auto elements = split_bytes(whole.data, static_cast<std::int64_t>(count));
    if (!elements) return std::unexpected(elements.error());
    const std::size_t in_row = count / rows;
    std::vector<TensorView> views;
    std::size_t begin = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        std::size_t size = 0;
        for (std::size_t at = 0; at < in_row; ++at)
            size += sizeof(std::uint32_t) + (*elements)[row * in_row + at].size();
        views.push_back({whole.type, whole.shape.with_rows(1), whole.data.subspan(begin, size)});
        begin += size;
    }
    return views;
}

}  // namespace

Result<std::vector<TensorView>> split_rows(const TensorView& whole) {
    const auto count = whole.shape.element_count();
    if (!count) return std::unexpected(count.error());
    const auto rows = static_cast<std::size_t>(whole.shape[0]);
    if (rows == 0) return {};
    if (whole.type == DataType::bytes)
        return split_bytes_rows(whole, rows, static_cast<std::size_t>(*count));
    const std::size_t size = whole.data.size() / rows;
    std::vector<TensorView> views;
    for (std::size_t row = 0; row < rows; ++row)
        views.push_back(
            {whole.type, whole.shape.with_rows(1), whole.data.subspan(row * size, size)});
    return views;
}

}  // namespace mettle
