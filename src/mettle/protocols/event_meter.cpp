#include "mettle/protocols/event_meter.hpp"

#include <fmt/format.h>

namespace mettle::protocols {

namespace {

constexpr std::size_t kMostGaps = 1'000'000;

}  // namespace

void EventMeter::begin(const EventLimits& limits) {
    limits_ = &limits;
    parser_.reset();
    first_ns_ = last_ns_ = 0;
    count_ = 0;
    gaps_ns_.clear();
    last_.clear();
    marked_ = enough_ = too_long_ = false;
}

bool EventMeter::feed(std::string_view bytes, std::int64_t now_ns) {
    now_ns_ = now_ns;
    if (!enough_ && !parser_.feed(bytes, *this)) too_long_ = enough_ = true;
    return enough_;
}

void EventMeter::on_event(const SseEvent& event) {
    if (enough_) return;
    if (first_ns_ == 0)
        first_ns_ = now_ns_;
    else if (gaps_ns_.size() < kMostGaps)
        gaps_ns_.push_back(now_ns_ - last_ns_);
    last_ns_ = now_ns_;
    ++count_;
    last_ = event.data;
    marked_ = !limits_->until.empty() && event.data == limits_->until;
    enough_ = marked_ || count_ == limits_->count;
}

std::string EventMeter::flaw(bool by_time) const {
    if (too_long_) return "an event of the stream is longer than 1 MiB";
    if (count_ == 0) return "the stream has no event";
    if (by_time || enough_) return {};
    if (!limits_->until.empty())
        return fmt::format("the stream ended without an event '{}'", limits_->until);
    // Of few different texts: how many came is in the metric.
    if (limits_->count > 0) return fmt::format("the stream ended before {} events", limits_->count);
    return {};
}

}  // namespace mettle::protocols
