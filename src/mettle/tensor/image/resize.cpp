#include "mettle/tensor/image/resize.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mettle {

namespace {

// Weights are whole numbers of 22 bits behind the point: 8 bits of a pixel and 2 of overshoot
// (bicubic weights go below 0 and beyond 1) are left of 32.
constexpr int kPrecision = 32 - 8 - 2;

double bilinear(double x) {
    x = std::abs(x);
    return x < 1 ? 1 - x : 0;
}

double bicubic(double x) {
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

// Which pixels make a pixel of the result, and their shares.
struct Taps {
    std::size_t first = 0;
    std::vector<std::int32_t> weights;
};

std::int32_t to_fixed(double weight) {
    const double scaled = weight * (1 << kPrecision);
    return static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

Taps taps_at(int at, int from, double scale, Interpolation interpolation) {
    const auto filter = interpolation == Interpolation::bilinear ? bilinear : bicubic;
    const double stretch = std::max(scale, 1.0);
    const double support = (interpolation == Interpolation::bilinear ? 1.0 : 2.0) * stretch;
    const double centre = (at + 0.5) * scale;
    const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
    const int end = std::min(static_cast<int>(centre + support + 0.5), from);
    std::vector<double> shares;
    double sum = 0;
    for (int x = first; x < end; ++x) {
        shares.push_back(filter((x - centre + 0.5) * (1.0 / stretch)));
        sum += shares.back();
    }
    Taps taps{static_cast<std::size_t>(first), {}};
    for (const double share : shares)
        taps.weights.push_back(to_fixed(sum == 0 ? share : share / sum));
    return taps;
}

std::vector<Taps> taps_of(int from, int to, Interpolation interpolation) {
    std::vector<Taps> all;
    all.reserve(static_cast<std::size_t>(to));
    const double scale = static_cast<double>(from) / to;
    for (int at = 0; at < to; ++at) all.push_back(taps_at(at, from, scale, interpolation));
    return all;
}

std::uint8_t to_pixel(std::int32_t sum) {
    return static_cast<std::uint8_t>(std::clamp(sum >> kPrecision, 0, 255));
}

constexpr std::int32_t kHalf = 1 << (kPrecision - 1);

template <std::size_t kChannels>
void resize_row(const std::uint8_t* from, const std::vector<Taps>& all, std::uint8_t* to) {
    for (const Taps& taps : all) {
        std::int32_t sums[kChannels];
        std::fill_n(sums, kChannels, kHalf);
        const std::uint8_t* pixel = from + taps.first * kChannels;
        for (const std::int32_t weight : taps.weights) {
            for (std::size_t c = 0; c < kChannels; ++c) sums[c] += weight * pixel[c];
            pixel += kChannels;
        }
        for (const std::int32_t sum : sums) *to++ = to_pixel(sum);
    }
}

Image resize_across(const Image& image, int width, Interpolation interpolation) {
    const auto all = taps_of(image.size.width, width, interpolation);
    Image resized({width, image.size.height}, image.channels);
    for (std::size_t y = 0; y < image.height(); ++y) {
        if (image.channels == 3) {
            resize_row<3>(image.row(y), all, resized.row(y));
        } else {
            resize_row<1>(image.row(y), all, resized.row(y));
        }
    }
    return resized;
}

// A whole row at a time, which the compiler makes vectors of.
Image resize_down(const Image& image, int height, Interpolation interpolation) {
    const auto all = taps_of(image.size.height, height, interpolation);
    Image resized({image.size.width, height}, image.channels);
    std::vector<std::int32_t> sums(image.row_bytes());
    for (std::size_t y = 0; y < resized.height(); ++y) {
        std::ranges::fill(sums, kHalf);
        std::size_t from = all[y].first;
        for (const std::int32_t weight : all[y].weights) {
            const std::uint8_t* row = image.row(from++);
            for (std::size_t x = 0; x < sums.size(); ++x) sums[x] += weight * row[x];
        }
        std::ranges::transform(sums, resized.row(y), to_pixel);
    }
    return resized;
}

}  // namespace

Image resize(const Image& image, ImageSize size, Interpolation interpolation) {
    if (image.size == size) return image;
    if (image.size.width == size.width) return resize_down(image, size.height, interpolation);
    Image across = resize_across(image, size.width, interpolation);
    if (image.size.height == size.height) return across;
    return resize_down(across, size.height, interpolation);
}

ImageSize with_shorter_side(ImageSize size, int shorter) {
    const auto longer = [&](int long_side, int short_side) {
        return static_cast<int>(std::int64_t{shorter} * long_side / short_side);
    };
    if (size.width <= size.height) return {shorter, longer(size.height, size.width)};
    return {longer(size.width, size.height), shorter};
}

}  // namespace mettle
