#pragma once

#include "mettle/load/behaviour.hpp"

#include <cstdint>
#include <vector>

namespace mettle::load {

// Which class each user belongs to, in the order in which users are started: first those of a fixed
// count, class after class; then by weight, after Sainte-Laguë, so that any beginning of the order
// is as fair as whole numbers allow. Weights 5 and 1 give A A A B A A A A A B A A, as Locust does.
class ClassOrder {
public:
    // At least one class with a fixed count or a weight above 0.
    explicit ClassOrder(const std::vector<UserClass>& classes);

    std::uint32_t next();

private:
    struct Weighted {
        std::uint32_t user_class;
        double weight;
        double given;
    };
    std::vector<std::uint32_t> fixed_;
    std::vector<Weighted> weighted_;
    std::size_t given_ = 0;
};

}  // namespace mettle::load
