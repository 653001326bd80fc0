#include "mettle/tensor/image/image_input.hpp"

#include <fmt/format.h>

namespace mettle {

namespace {

bool is_channels(std::int64_t dim) {
    return dim == 1 || dim == 3;
}

// Where in the last three dimensions the channels, the height and the width are.
struct Axes {
    explicit Axes(ImageLayout layout)
        : channels(layout == ImageLayout::nchw ? 0 : 2),
          height(layout == ImageLayout::nchw ? 1 : 0),
          width(height + 1) {}
    std::size_t channels, height, width;
};

std::unexpected<Error> wrong(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// 1, or 3 as RGB, in the file's order; the value of a channel of the tensor.
double value_for(const std::vector<double>& values, int channel, double otherwise) {
    if (values.empty()) return otherwise;
    return values.size() == 1 ? values.front() : values[static_cast<std::size_t>(channel)];
}

template <typename Number>
using Numbers = std::vector<std::array<Number, 256>>;

}  // namespace

std::optional<ImageLayout> image_layout(const TensorSpec& spec) {
    const std::size_t rank = spec.shape.rank();
    const bool is_number =
        spec.type == DataType::fp32 || spec.type == DataType::fp16 || spec.type == DataType::uint8;
    if (!is_number || (rank != 3 && rank != 4)) return std::nullopt;
    if (is_channels(spec.shape[rank - 3])) return ImageLayout::nchw;
    if (is_channels(spec.shape[rank - 1])) return ImageLayout::nhwc;
    return std::nullopt;
}

Result<ImageInput> ImageInput::make(const TensorSpec& spec, const ImageConfig& config) {
    const auto found = image_layout(spec);
    if (!found) {
        return wrong(
            fmt::format("'{}' takes no pictures: it should be FP32, FP16 or UINT8 of 3 or "
                        "4 dimensions with 1 or 3 channels",
                        spec.to_string()));
    }
    ImageInput input;
    input.config_ = config;
    input.layout_ = config.layout.value_or(*found);
    input.type_ = spec.type;
    const std::size_t first = spec.shape.rank() - 3;
    input.has_rows_ = first == 1;
    const Axes axes(input.layout_);
    const std::int64_t channels = spec.shape[first + axes.channels];
    if (!is_channels(channels)) {
        return wrong(fmt::format("layout {} puts {} channels into '{}': a picture has 1 or 3",
                                 input.layout_ == ImageLayout::nchw ? "nchw" : "nhwc", channels,
                                 spec.to_string()));
    }
    input.channels_ = static_cast<int>(channels);
    input.height_ = static_cast<int>(spec.shape[first + axes.height]);
    input.width_ = static_cast<int>(spec.shape[first + axes.width]);
    if (auto fits = input.check_size(spec); !fits) return std::unexpected(fits.error());
    if (auto made = input.make_numbers(spec); !made) return std::unexpected(made.error());
    return input;
}

// What comes out of the steps has to be what the tensor wants; where it wants a size and no step
// gives one, the picture is resized to it.
Result<void> ImageInput::check_size(const TensorSpec& spec) {
    const auto fits = [&](ImageSize size) {
        return (width_ < 0 || size.width == width_) && (height_ < 0 || size.height == height_);
    };
    if (const auto& last = config_.crop ? config_.crop : config_.resize) {
        if (fits(*last)) return {};
        return wrong(fmt::format("{} makes pictures {} wide and {} high, and '{}' wants {}x{}",
                                 config_.crop ? "crop" : "resize", last->width, last->height,
                                 spec.to_string(), width_, height_));
    }
    const bool is_fixed = width_ > 0 && height_ > 0;
    if (is_fixed && config_.resize_shorter) {
        config_.crop = ImageSize{width_, height_};
    } else if (is_fixed) {
        config_.resize = ImageSize{width_, height_};
    } else if (width_ > 0 || height_ > 0) {
        return wrong(
            fmt::format("'{}' wants one side of a size: say resize: [height, width], or "
                        "crop",
                        spec.to_string()));
    }
    return {};
}

Result<void> ImageInput::make_numbers(const TensorSpec& spec) {
    const bool is_plain = config_.mean.empty() && config_.std.empty() && !config_.scale;
    for (const auto* values : {&config_.mean, &config_.std}) {
        if (values->size() > 1 && values->size() != static_cast<std::size_t>(channels_)) {
            return wrong(fmt::format("{} has {} numbers, and '{}' has {} channel{}",
                                     values == &config_.mean ? "mean" : "std", values->size(),
                                     spec.to_string(), channels_, channels_ == 1 ? "" : "s"));
        }
    }
    if (type_ == DataType::uint8 && !is_plain) {
        return wrong(fmt::format("'{}' takes pixels as they are: leave out scale, mean and std",
                                 spec.to_string()));
    }
    const double scale = config_.scale.value_or(1.0 / 255.0);
    for (int channel = 0; channel < channels_; ++channel) {
        const double mean = value_for(config_.mean, channel, 0);
        const double deviation = value_for(config_.std, channel, 1);
        if (deviation == 0) return wrong("std has a 0, by which nothing can be divided");
        std::array<float, 256> fp32{};
        std::array<std::uint16_t, 256> fp16{};
        std::array<std::uint8_t, 256> uint8{};
        for (std::size_t pixel = 0; pixel < 256; ++pixel) {
            const double value = (static_cast<double>(pixel) * scale - mean) / deviation;
            fp32[pixel] = static_cast<float>(value);
            fp16[pixel] = to_fp16(fp32[pixel]);
            uint8[pixel] = static_cast<std::uint8_t>(pixel);
        }
        if (type_ == DataType::fp32) fp32_.push_back(fp32);
        if (type_ == DataType::fp16) fp16_.push_back(fp16);
        if (type_ == DataType::uint8) uint8_.push_back(uint8);
    }
    return {};
}

ImageSize ImageInput::resized(ImageSize size) const {
    if (config_.resize_shorter) return with_shorter_side(size, *config_.resize_shorter);
    return config_.resize.value_or(size);
}

Result<Image> ImageInput::read(std::span<const std::byte> file) const {
    const auto size = read_image_size(file, config_.limits);
    if (!size) return std::unexpected(size.error());
    const ImageSize wanted = resized(*size);
    // A strip of a few pixels by thousands has a shorter side that is made hundreds of times
    // longer.
    if (std::int64_t{wanted.width} * wanted.height > config_.limits.pixels) {
        return fail(
            Error::Kind::too_large,
            fmt::format("the picture is {}, and would be {} once its shorter side is {}",
                        size->to_string(), wanted.to_string(), config_.resize_shorter.value_or(0)));
    }
    auto image =
        decode_image(file, config_.limits, wanted == *size ? std::nullopt : std::optional(wanted));
    if (!image) return image;
    if (channels_ == 1) image = to_grey(*image);
    if (config_.resize_shorter || config_.resize)
        image = resize(*image, wanted, config_.interpolation);
    if (config_.crop) image = crop_centre(*image, *config_.crop);
    return image;
}

Shape ImageInput::shape_for(ImageSize size, std::int64_t rows) const {
    Shape shape;
    if (has_rows_) shape.push_back(rows);
    if (layout_ == ImageLayout::nchw) shape.push_back(channels_);
    shape.push_back(size.height);
    shape.push_back(size.width);
    if (layout_ == ImageLayout::nhwc) shape.push_back(channels_);
    return shape;
}

std::size_t ImageInput::row_bytes(ImageSize size) const {
    return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) *
           static_cast<std::size_t>(channels_) * element_size(type_);
}

void ImageInput::write(const Image& image, std::span<std::byte> row) const {
    if (type_ == DataType::fp32) write_as(image, reinterpret_cast<float*>(row.data()), fp32_);
    if (type_ == DataType::fp16)
        write_as(image, reinterpret_cast<std::uint16_t*>(row.data()), fp16_);
    if (type_ == DataType::uint8)
        write_as(image, reinterpret_cast<std::uint8_t*>(row.data()), uint8_);
}

template <typename Number>
void ImageInput::write_as(const Image& image, Number* to, const Numbers<Number>& numbers) const {
    const auto channels = static_cast<std::size_t>(channels_);
    const std::size_t pixels = image.width() * image.height();
    const bool is_planar = layout_ == ImageLayout::nchw;
    for (std::size_t channel = 0; channel < channels; ++channel) {
        const bool is_turned = config_.order == ChannelOrder::bgr && channels == 3;
        const std::uint8_t* from = image.pixels.data() + (is_turned ? 2 - channel : channel);
        Number* at = to + (is_planar ? channel * pixels : channel);
        const std::size_t step = is_planar ? 1 : channels;
        const std::array<Number, 256>& number = numbers[channel];
        for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
            *at = number[*from];
            from += channels;
            at += step;
        }
    }
}

}  // namespace mettle
