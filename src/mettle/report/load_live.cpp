#include "mettle/report/load_live.hpp"

#include "mettle/report/load_summary.hpp"
#include "mettle/report/load_table.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <unistd.h>

#include <algorithm>

namespace mettle::report {

namespace {

constexpr double kSecondsBetweenLines = 5;

std::size_t width_of(std::FILE* terminal) {
    winsize size{};
    const bool known = ::ioctl(::fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

// Each line cut to `width` characters: one that the terminal wraps is two when it is drawn over.
std::string cut_lines(std::string_view text, std::size_t width) {
    std::string cut;
    std::size_t column = 0;
    for (const char character : text) {
        const bool continues = (static_cast<unsigned char>(character) & 0xc0) == 0x80;
        if (character == '\n')
            column = 0;
        else if (!continues)
            ++column;
        if (column <= width) cut += character;
    }
    return cut;
}

}  // namespace

LiveView::LiveView(std::FILE* to)
    : to_(to), is_terminal_(::isatty(::fileno(to)) == 1), next_line_s_(kSecondsBetweenLines) {}

void LiveView::show(const results::RunResult& so_far, const results::RunResult& window,
                    const Moment& moment) {
    const std::string progress = progress_line(so_far, moment.elapsed_s, moment.run_s, moment.users,
                                               moment.in_flight, moment.generator_cpu);
    if (!is_terminal_) {
        if (moment.elapsed_s + 0.5 < next_line_s_) return;
        next_line_s_ = moment.elapsed_s + kSecondsBetweenLines;
        fmt::print(to_, "{} requests, {} failures · {}\n", so_far.totals.requests,
                   so_far.totals.failures, progress);
        std::fflush(to_);
        return;
    }
    clear();
    const std::string text =
        cut_lines(requests_table(so_far, &window) + progress + "\n", width_of(to_));
    fmt::print(to_, "{}", text);
    std::fflush(to_);
    lines_ = static_cast<int>(std::ranges::count(text, '\n'));
}

void LiveView::clear() {
    // Up, and erase to the end of the screen.
    if (lines_ > 0) fmt::print(to_, "\x1b[{}A\x1b[J", lines_);
    lines_ = 0;
}

}  // namespace mettle::report
