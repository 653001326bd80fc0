#include "mettle/host/process_files.hpp"

#include "mettle/host/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <limits>

namespace mettle::host {
namespace {

// A counter as a duration: what would be beyond 292 years is no time.
Duration capped(std::uint64_t count, std::uint64_t unit_ns) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (count > kMost / unit_ns) return Duration::zero();
    return std::chrono::nanoseconds(static_cast<std::int64_t>(count * unit_ns));
}

int small(std::uint64_t number) {
    return static_cast<int>(
        std::min<std::uint64_t>(number, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

Duration ticks(std::uint64_t count) {
    static const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    return capped(count, 1'000'000'000 / per_second);
}

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
    const auto name_end = text.rfind(')');  // The name may hold blanks and brackets itself.
    if (name_end == text.npos) return {};
    std::string_view rest = text.substr(name_end + 1);
    if (const auto end = rest.find('\n'); end != rest.npos) rest = rest.substr(0, end);
    ProcessStat stat;
    const std::string_view state = next_word(rest);  // 3
    if (state.size() != 1) return {};
    stat.state = state[0];
    stat.parent = small(next_number(rest));                     // 4
    stat.group = small(next_number(rest));                      // 5
    for (int field = 6; field <= 9; ++field) next_word(rest);   // session to flags
    stat.minor_faults = next_number(rest) + next_number(rest);  // 10 and the children's
    stat.major_faults = next_number(rest) + next_number(rest);  // 12
    const std::uint64_t user = next_number(rest), system = next_number(rest);  // 14
    stat.user_ticks = user + next_number(rest);
    stat.system_ticks = system + next_number(rest);
    next_word(rest), next_word(rest);                   // priority, nice
    stat.threads = small(next_number(rest));            // 20
    next_word(rest), next_word(rest), next_word(rest);  // itrealvalue to vsize
    const auto rss = whole_number(next_word(rest));     // 24
    if (!rss) return {};
    stat.rss_pages = *rss;
    return stat;
}

ProcessIo parse_process_io(std::string_view text) {
    ProcessIo io;
    for (std::string_view line; next_line(text, line);) {
        const std::string_view key = next_word(line);
        if (key == "read_bytes:") io.read_bytes = next_number(line);
        if (key == "write_bytes:") io.written_bytes = next_number(line);
    }
    return io;
}

SwitchCounters parse_switches(std::string_view text) {
    SwitchCounters counters;
    for (std::string_view line; next_line(text, line);) {
        const std::string_view key = next_word(line);
        if (key == "voluntary_ctxt_switches:") counters.voluntary = next_number(line);
        if (key == "nonvoluntary_ctxt_switches:") counters.involuntary = next_number(line);
    }
    return counters;
}

Duration parse_run_wait(std::string_view text) {
    if (const auto end = text.find('\n'); end != text.npos) text = text.substr(0, end);
    next_word(text);  // Time on a CPU.
    return capped(next_number(text), 1);
}

std::uint64_t parse_pss_bytes(std::string_view text) {
    for (std::string_view line; next_line(text, line);) {
        if (next_word(line) == "Pss:") return next_number(line) * 1024;
    }
    return 0;
}

}  // namespace mettle::host
