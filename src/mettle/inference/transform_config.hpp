#pragma once

// What stands between what clients send and what a model reads, and behind what it gives.

#include "mettle/tensor/image/image_input.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
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

// A graph whose outputs feed the model's inputs of the same names: a tokenizer.
struct BeforeGraph {
    bool operator==(const BeforeGraph&) const = default;

    std::string file = {};                         // Beside the model, or in its folder.
    std::map<std::string, std::int64_t> pad = {};  // What fills up short rows, by name; else 0.
    std::int64_t pad_to_multiple_of = 1;           // Of the first dimension of a row.
};

// Nearest to the model stand the graphs, then what is made of pictures and classes.
struct TransformConfig {
    bool operator==(const TransformConfig&) const = default;

    std::optional<BeforeGraph> before = {};
    std::string after = {};  // A graph that takes outputs of the model by name. Empty: none.
    std::optional<PictureTransform> picture = {};
    std::optional<ClassTransform> classes = {};
};

}  // namespace mettle
