#pragma once

// What stands between what clients send and what a model reads, and behind what it gives.

#include "mettle/tensor/image/image_input.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mettle {

// Clients send picture files, and the model reads what is made of them.
struct PictureTransform {
    bool operator==(const PictureTransform&) const = default;

    std::string input = {};  // Empty: the only one that takes pictures.
    ImageConfig image = {};
};

enum class Activation : std::uint8_t { none, softmax, sigmoid };

// The model gives a score for each class, and clients get the best of them.
struct ClassTransform {
    bool operator==(const ClassTransform&) const = default;

    std::string output = {};  // Empty: the only one.
    Activation activation = Activation::none;
    std::size_t top_k = 1;
    std::optional<double> threshold = {};  // Classes with a lower score are left out.
    std::vector<std::string> labels = {};  // By index; none: clients get no labels.
};

struct TransformConfig {
    bool operator==(const TransformConfig&) const = default;

    std::optional<PictureTransform> picture = {};
    std::optional<ClassTransform> classes = {};
};

}  // namespace mettle
