#include "mettle/base/similar.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mettle {

namespace {

// Rows of the table of edit distances, one after the other.
std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t change = diagonal + (left[i] != right[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string most_similar(std::string_view given, const std::vector<std::string>& names) {
    std::string best;
    std::size_t least = std::max<std::size_t>(2, given.size() / 3) + 1;
    for (const std::string& name : names) {
        // A beginning of a name is similar to it, whatever it lacks.
        const bool begins = given.size() >= 3 && name.starts_with(given);
        const std::size_t distance = begins ? 1 : edit_distance(given, name);
        if (distance < least) least = distance, best = name;
    }
    return best;
}

}  // namespace mettle
