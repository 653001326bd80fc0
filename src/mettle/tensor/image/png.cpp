#include "mettle/tensor/image/codecs.hpp"

#include <fmt/format.h>

#include <png.h>

#include <algorithm>
#include <array>
#include <climits>

namespace mettle::png {

namespace {

// libpng's reader of whole pictures, which keeps its long jumps to itself.
class Reader {
public:
    Reader() { picture_.version = PNG_IMAGE_VERSION; }
    ~Reader() { png_image_free(&picture_); }
    Reader(Reader&&) = delete;

    Result<ImageSize> begin(std::span<const std::byte> file) {
        if (!png_image_begin_read_from_memory(&picture_, file.data(), file.size()))
            return corrupt();
        if (picture_.width > INT_MAX || picture_.height > INT_MAX)
            return fail(Error::Kind::too_large, "the PNG is more than 2^31 pixels wide or high");
        return ImageSize{static_cast<int>(picture_.width), static_cast<int>(picture_.height)};
    }

    // Red, green, blue and transparency: without it in the memory, libpng would mix transparent
    // pixels with what had been there.
    Result<Image> decode(ImageSize size) {
        Image image(size, 4);
        picture_.format = PNG_FORMAT_RGBA;
        picture_.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // Else 16 bits would count as linear light.
        if (!png_image_finish_read(&picture_, nullptr, image.pixels.data(), 0, nullptr))
            return corrupt();
        return image;
    }

private:
    std::unexpected<Error> corrupt() const {
        return fail(Error::Kind::invalid_input,
                    fmt::format("the PNG is corrupt or cut off: {}", picture_.message));
    }

    png_image picture_{};
};

// In place: 4 bytes a pixel become 3.
void drop_transparency(Image& image) {
    std::uint8_t* to = image.pixels.data();
    const std::uint8_t* from = image.pixels.data();
    for (std::size_t pixel = 0; pixel < image.width() * image.height(); ++pixel) {
        to = std::copy_n(from, 3, to);
        from += 4;
    }
    image.channels = 3;
    image.pixels.resize(image.row_bytes() * image.height());
}

}  // namespace

bool is_png(std::span<const std::byte> file) {
    constexpr std::array<unsigned char, 8> kMagic{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    return file.size() >= kMagic.size() &&
           std::ranges::equal(file.first(kMagic.size()), std::as_bytes(std::span(kMagic)));
}

Result<ImageSize> read_size(std::span<const std::byte> file) {
    return Reader().begin(file);
}

Result<Image> decode(std::span<const std::byte> file) {
    Reader reader;
    const auto size = reader.begin(file);
    if (!size) return std::unexpected(size.error());
    auto image = reader.decode(*size);
    if (image) drop_transparency(*image);
    return image;
}

}  // namespace mettle::png
