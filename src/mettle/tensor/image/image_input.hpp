#pragma once

// A picture file as a row of a tensor: decoded, resized, cropped and put into numbers, as the
// papers' and torchvision's recipes say it. Server and tester both make inputs this way.

#include "mettle/base/result.hpp"
#include "mettle/tensor/image/decode.hpp"
#include "mettle/tensor/image/resize.hpp"
#include "mettle/tensor/signature.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mettle {

enum class ImageLayout : std::uint8_t { nchw, nhwc };
enum class ChannelOrder : std::uint8_t { rgb, bgr };

struct ImageConfig {
    bool operator==(const ImageConfig&) const = default;

    std::optional<int> resize_shorter = {};  // The shorter side, keeping proportions; or
    std::optional<ImageSize> resize = {};    // both. Neither: to what the tensor or the crop wants.
    std::optional<ImageSize> crop = {};      // The middle of what was resized.
    Interpolation interpolation = Interpolation::bilinear;
    std::optional<ImageLayout> layout = {};  // Nothing: by where the tensor has 1 or 3 channels.
    ChannelOrder order = ChannelOrder::rgb;
    // A pixel p of channel c becomes (p * scale - mean[c]) / std[c]. None of them is given for
    // UINT8, which takes pixels as they are. mean and std have one number for all channels, or one
    // for each, in the tensor's order; none: 0 and 1.
    std::optional<double> scale = {};  // Nothing: 1/255.
    std::vector<double> mean = {};
    std::vector<double> std = {};
    ImageLimits limits = {};
};

// How a tensor of this shape holds pictures: rank 4, or 3 for one picture, with 1 or 3 channels.
// Nothing: it does not.
std::optional<ImageLayout> image_layout(const TensorSpec& spec);

class ImageInput {
public:
    // Fails with `invalid_input` where the two contradict each other.
    static Result<ImageInput> make(const TensorSpec& spec, const ImageConfig& config);

    // Makes a picture of the size that the tensor will have. Fails as decode_image() does.
    Result<Image> read(std::span<const std::byte> file) const;
    // The shape of a tensor of `rows` such pictures. Of rank 3: of one.
    Shape shape_for(ImageSize size, std::int64_t rows) const;
    // Bytes of one picture in the tensor.
    std::size_t row_bytes(ImageSize size) const;
    // REQUIRES: `row` has row_bytes(image.size); read() made the image
    void write(const Image& image, std::span<std::byte> row) const;

    bool has_rows() const { return has_rows_; }
    int channels() const { return channels_; }

private:
    ImageInput() = default;
    Result<void> check_size(const TensorSpec& spec);
    Result<void> make_numbers(const TensorSpec& spec);
    ImageSize resized(ImageSize size) const;
    template <typename Number>
    void write_as(const Image& image, Number* to,
                  const std::vector<std::array<Number, 256>>& numbers) const;

    ImageConfig config_;
    ImageLayout layout_ = ImageLayout::nchw;
    DataType type_ = DataType::fp32;
    bool has_rows_ = false;
    int channels_ = 3;
    int height_ = -1, width_ = -1;  // What the tensor wants; -1: any.
    // What each value of a pixel becomes, by channel of the tensor; of the element type only.
    std::vector<std::array<float, 256>> fp32_;
    std::vector<std::array<std::uint16_t, 256>> fp16_;
    std::vector<std::array<std::uint8_t, 256>> uint8_;
};

}  // namespace mettle
