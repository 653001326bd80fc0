#include "mettle/tensor/image/decode.hpp"

#include "mettle/tensor/image/codecs.hpp"

#include <fmt/format.h>

namespace mettle {

namespace {

Result<ImageSize> size_of(std::span<const std::byte> file) {
    if (file.empty()) return fail(Error::Kind::invalid_input, "the picture is empty");
    if (jpeg::is_jpeg(file)) return jpeg::read_size(file);
    if (png::is_png(file)) return png::read_size(file);
    return fail(Error::Kind::invalid_input, "this is no picture: send a JPEG or a PNG file");
}

}  // namespace

Result<ImageSize> read_image_size(std::span<const std::byte> file, const ImageLimits& limits) {
    const auto size = size_of(file);
    if (!size) return size;
    if (size->width < 1 || size->height < 1)
        return fail(Error::Kind::invalid_input,
                    "the picture has no pixels, or is cut off in its head");
    const std::int64_t pixels = std::int64_t{size->width} * size->height;
    if (size->width > limits.side || size->height > limits.side || pixels > limits.pixels) {
        return fail(Error::Kind::too_large,
                    fmt::format("the picture is {}: at most {} pixels, and {} a side, are taken",
                                size->to_string(), limits.pixels, limits.side));
    }
    return size;
}

Result<Image> decode_image(std::span<const std::byte> file, const ImageLimits& limits,
                           std::optional<ImageSize> needed) {
    if (const auto size = read_image_size(file, limits); !size)
        return std::unexpected(size.error());
    return jpeg::is_jpeg(file) ? jpeg::decode(file, needed) : png::decode(file);
}

}  // namespace mettle
