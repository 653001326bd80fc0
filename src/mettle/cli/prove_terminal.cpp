#include "mettle/cli/prove_terminal.hpp"

#include "mettle/report/prove_summary.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace mettle::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::string_view kClearLine = "\r\x1b[K";

// A target's answer may hold anything, and a terminal obeys escape sequences.
std::string one_line(std::string_view text) {
    std::string clean(text);
    for (char& character : clean) {
        if (static_cast<unsigned char>(character) < 0x20 || character == 0x7f) character = ' ';
    }
    return clean;
}

}  // namespace

ProveTerminal::ProveTerminal(const prove::Plan& plan)
    : terminal_(::isatty(STDERR_FILENO) == 1),
      colour_(terminal_ && std::getenv("NO_COLOR") == nullptr),
      expected_after_(plan.expected()) {
    if (terminal_)
        ticker_ = std::jthread([this](const std::stop_token& stop) { redraw_while_running(stop); });
}

ProveTerminal::~ProveTerminal() {
    const std::lock_guard lock(mutex_);
    clear_line();
}

void ProveTerminal::note(std::string_view line) {
    const std::lock_guard lock(mutex_);
    clear_line();
    fmt::print(stderr, "  {}\n", one_line(line));
    draw();
}

void ProveTerminal::stage_started(prove::StageName stage, Duration expected) {
    const std::lock_guard lock(mutex_);
    stage_ = name_of(stage);
    doing_.clear();
    stage_started_ = steady_clock::now();
    stage_expected_ = expected;
    expected_after_ -= expected;
    if (!terminal_)
        fmt::print(stderr, "  {}: {} (about {})\n", stage_, question_of(stage),
                   format_duration(expected));
    draw();
}

void ProveTerminal::doing(std::string_view what) {
    const std::lock_guard lock(mutex_);
    doing_ = what;
    draw();
}

void ProveTerminal::stage_ended(const results::StageResult& result) {
    const std::lock_guard lock(mutex_);
    clear_line();
    stage_.clear();
    fmt::print(stderr, "{}", report::stage_line(result, colour_));
}

void ProveTerminal::redraw_while_running(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        draw();
        woken_.wait_for(lock, stop, 250ms, [] { return false; });
    }
}

void ProveTerminal::draw() {
    if (!terminal_ || stage_.empty()) return;
    const Duration gone = steady_clock::now() - stage_started_;
    const Duration left = std::max(Duration::zero(), stage_expected_ - gone) + expected_after_;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    fmt::print(stderr, "{}  … {:<12} {:>6.1f} s  about {} s left  {}", kClearLine, stage_,
               std::chrono::duration<double>(gone).count(), seconds, one_line(doing_));
    std::fflush(stderr);
}

void ProveTerminal::clear_line() {
    if (terminal_ && !stage_.empty()) fmt::print(stderr, "{}", kClearLine);
}

}  // namespace mettle::cli
