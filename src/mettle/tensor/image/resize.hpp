#pragma once

#include "mettle/tensor/image/image.hpp"

#include <cstdint>

namespace mettle {

enum class Interpolation : std::uint8_t { bilinear, bicubic };

// Makes a picture larger or smaller, as Pillow's resize() does it, to the bit: a filter that grows
// with the reduction, so that what becomes smaller is averaged and not skipped; first across, then
// down, each rounded to 8 bits. Models are trained on pictures that went through Pillow.
// REQUIRES: both sizes are positive
Image resize(const Image& image, ImageSize size, Interpolation interpolation);

// The size whose shorter side is `shorter`, at the same proportions; torchvision's rounding.
ImageSize with_shorter_side(ImageSize size, int shorter);

}  // namespace mettle
