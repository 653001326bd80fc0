#include "mettle/load/class_order.hpp"

#include "mettle/base/assert.hpp"

#include <algorithm>
#include <cmath>

namespace mettle::load {

ClassOrder::ClassOrder(const std::vector<UserClass>& classes) {
    for (std::uint32_t index = 0; index < classes.size(); ++index) {
        const UserClass& each = classes[index];
        if (each.fixed_count > 0)
            fixed_.insert(fixed_.end(), static_cast<std::size_t>(each.fixed_count), index);
        else if (each.weight > 0)
            weighted_.push_back({index, each.weight, each.weight});
    }
    METTLE_ASSERT(!fixed_.empty() || !weighted_.empty());
}

// One more user of a class that has `counted` (its weight and those given) changes the divergence
// by weight × log(counted / (counted + 1)): the most negative brings the most.
std::uint32_t ClassOrder::next() {
    if (given_ < fixed_.size() || weighted_.empty()) return fixed_[given_++ % fixed_.size()];
    const auto gain = [](const Weighted& each) {
        return each.weight * std::log(each.counted / (each.counted + 1));
    };
    Weighted& best = *std::ranges::min_element(weighted_, {}, gain);
    best.counted += 1;
    return best.user_class;
}

}  // namespace mettle::load
