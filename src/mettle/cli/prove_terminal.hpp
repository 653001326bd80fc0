#pragma once

#include "mettle/prove/observer.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace mettle::cli {

// Shows a readiness run: on a terminal the running stage's line is redrawn with the time left,
// elsewhere each stage is a line when it begins and one when it ends. Writes to standard error, so
// that what is piped on stays clean.
class ProveTerminal final : public prove::Observer {
public:
    explicit ProveTerminal(const prove::Plan& plan);
    ~ProveTerminal() override;

    void note(std::string_view line) override;
    void stage_started(prove::StageName stage, Duration expected) override;
    void doing(std::string_view what) override;
    void stage_ended(const results::StageResult& result) override;

    bool colour() const { return colour_; }

private:
    void redraw_while_running(const std::stop_token& stop);
    void draw();        // REQUIRES: mutex_ held
    void clear_line();  // REQUIRES: mutex_ held

    const bool terminal_;
    const bool colour_;
    std::mutex mutex_;
    std::condition_variable_any woken_;
    std::string stage_, doing_;  // Of the running stage; empty between stages.
    TimePoint stage_started_;
    Duration stage_expected_{};
    Duration expected_after_{};  // Of the stages behind it.
    std::jthread ticker_;        // Last: it uses all of the above.
};

}  // namespace mettle::cli
