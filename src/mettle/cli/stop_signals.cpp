#include "mettle/cli/stop_signals.hpp"

#include <signal.h>
#include <time.h>

#include <cstdlib>

namespace mettle::cli {

namespace {

sigset_t stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

}  // namespace

StopSignals::StopSignals(std::stop_source& stop) {
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    waiter_ = std::jthread([&stop, signals](const std::stop_token& ended) {
        while (!ended.stop_requested()) {
            const timespec limit{0, 50'000'000};
            const int signal = sigtimedwait(&signals, nullptr, &limit);
            if (signal < 0) continue;
            if (stop.stop_requested()) std::_Exit(128 + signal);
            stop.request_stop();
        }
    });
}

StopSignals::~StopSignals() {
    waiter_.request_stop();
    waiter_.join();
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace mettle::cli
