#include "mettle/prove/refusal_probe.hpp"

#include "mettle/http/client.hpp"

namespace mettle::prove {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPause = 100ms;
constexpr Duration kTimeout = 500ms;

}  // namespace

RefusalProbe::RefusalProbe(const Sending& sending)
    : sending_(sending), thread_([this](const std::stop_token& stop) { work(stop); }) {}

RefusalProbe::Seen RefusalProbe::stop() {
    thread_.request_stop();
    thread_.join();
    return seen_;
}

void RefusalProbe::work(const std::stop_token& stop) {
    http::Client client(sending_.url(), !sending_.insecure());
    while (!stop.stop_requested()) {
        const auto response = sending_.send_one(client, kTimeout);
        if (response && (response->status == 429 || response->status == 503)) {
            ++seen_.refusals;
            if (!response->header("retry-after").empty()) ++seen_.with_retry_after;
        }
        std::this_thread::sleep_for(kPause);
    }
}

}  // namespace mettle::prove
