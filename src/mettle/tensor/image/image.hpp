#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mettle {

struct ImageSize {
    bool operator==(const ImageSize&) const = default;
    std::string to_string() const;  // "640x480": width, then height.

    int width = 0;
    int height = 0;
};

// Pixels in memory: rows from the top, interleaved channels of 8 bits, nothing between rows.
struct Image {
    Image() = default;
    Image(ImageSize its_size, int its_channels)
        : size(its_size), channels(its_channels), pixels(row_bytes() * height()) {}

    std::size_t width() const { return static_cast<std::size_t>(size.width); }
    std::size_t height() const { return static_cast<std::size_t>(size.height); }
    std::size_t row_bytes() const { return width() * static_cast<std::size_t>(channels); }
    const std::uint8_t* row(std::size_t y) const { return pixels.data() + y * row_bytes(); }
    std::uint8_t* row(std::size_t y) { return pixels.data() + y * row_bytes(); }

    ImageSize size;
    int channels = 3;  // 3: red, green, blue. 1: grey.
    std::vector<std::uint8_t> pixels;
};

// By the weights of ITU-R 601-2, as Pillow's convert("L") does it.
Image to_grey(const Image& rgb);

// The middle of a picture. Where it is smaller than `size`, black is put around it.
Image crop_centre(const Image& image, ImageSize size);

}  // namespace mettle
