#include "mettle/load/class_order.hpp"

#include "mettle/base/assert.hpp"

#include <algorithm>

namespace mettle::load {

ClassOrder::ClassOrder(const std::vector<UserClass>& classes) {
    for (std::uint32_t index = 0; index < classes.size(); ++index) {
        const UserClass& each = classes[index];
        if (each.fixed_count > 0)
            fixed_.insert(fixed_.end(), static_cast<std::size_t>(each.fixed_count), index);
        else if (each.weight > 0)
            weighted_.push_back({index, each.weight, 0});
    }
    METTLE_ASSERT(!fixed_.empty() || !weighted_.empty());
}

// The highest average weight / (2 × given + 1), the first class where two are equal.
std::uint32_t ClassOrder::next() {
    if (given_ < fixed_.size() || weighted_.empty()) return fixed_[given_++ % fixed_.size()];
    const auto average = [](const Weighted& each) { return each.weight / (2 * each.given + 1); };
    Weighted& best = *std::ranges::max_element(weighted_, {}, average);
    best.given += 1;
    return best.user_class;
}

}  // namespace mettle::load
