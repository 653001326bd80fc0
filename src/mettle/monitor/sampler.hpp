#pragma once

// What the monitor asks in turn: each reads something and puts what it saw into the timeline. All
// run on the monitor's thread. One that costs more than it should is asked less often.

#include "mettle/monitor/timeline.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mettle::monitor {

class Sampler {
public:
    virtual ~Sampler() = default;

    // How often, unless that would cost too much.
    virtual Duration period() const { return std::chrono::milliseconds(250); }
    // `moment` is now.
    virtual void sample(TimePoint moment, Timeline& to) = 0;
};

// A counter's growth per second. What falls (a process ended, a counter began anew) is no growth.
class Growth {
public:
    // Nothing for the first reading, and where no time has passed.
    std::optional<double> per_second(double count, TimePoint moment) {
        const double before = count_, length = seconds_since_last(moment);
        const bool known = known_;
        count_ = count;
        moment_ = moment;
        known_ = true;
        if (!known || length <= 0 || count < before) return {};
        return (count - before) / length;
    }
    double seconds_since_last(TimePoint moment) const {
        return std::chrono::duration<double>(moment - moment_).count();
    }

private:
    double count_ = 0;
    TimePoint moment_;
    bool known_ = false;
};

// Puts growths and levels of one subject, "target.cpu", each weighted by the time it tells of.
class Probe {
public:
    explicit Probe(std::string subject) : subject_(std::move(subject)) {}

    // Before the quantities of a sample.
    void begin(TimePoint moment, Timeline& to) {
        weight_ = begun_ ? std::chrono::duration<double>(moment - moment_).count() : 0.25;
        moment_ = moment;
        to_ = &to;
        begun_ = true;
    }
    void level(std::string_view quantity, std::string_view unit, double value);
    // Gives back what it put.
    std::optional<double> growth(std::string_view quantity, std::string_view unit, double count);

private:
    std::string subject_;
    std::string name_;  // Memory that goes round.
    std::map<std::string, Growth, std::less<>> growths_;
    TimePoint moment_;
    Timeline* to_ = nullptr;
    double weight_ = 1;
    bool begun_ = false;
};

}  // namespace mettle::monitor
