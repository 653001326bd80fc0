#pragma once

#include "mettle/base/units.hpp"

#include <cstdint>
#include <mutex>

namespace mettle {

// The share of a model's capacity that nobody asks for: 1 idle, 0 full, negative in an overload.
// By what was asked between two looks at least a second apart, so that it costs the way of a
// request nothing. Any thread.
class Headroom {
public:
    // `asked` rows ever, `capacity` rows a second.
    double look(std::uint64_t asked, double capacity, TimePoint now) {
        const std::lock_guard lock(mutex_);
        const double seconds = std::chrono::duration<double>(now - last_look_).count();
        if (last_look_ == TimePoint{} || asked < last_asked_) {
            last_look_ = now;
            last_asked_ = asked;
        } else if (seconds >= 1 && capacity > 0) {
            value_ = 1 - static_cast<double>(asked - last_asked_) / seconds / capacity;
            last_look_ = now;
            last_asked_ = asked;
        }
        return value_;
    }

private:
    std::mutex mutex_;
    TimePoint last_look_;
    std::uint64_t last_asked_ = 0;
    double value_ = 1;
};

}  // namespace mettle
