#include "mettle/prove/server_process.hpp"
#include "mettle/prove/stages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <thread>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using std::chrono::steady_clock;

constexpr Duration kPatience = 60s;  // From listening to the first right answer.
// A first answer that takes so long, and so many times what later ones take, was not prepared.
constexpr double kUnpreparedMs = 500, kUnpreparedTimes = 20;
constexpr int kLaterAnswers = 5;
constexpr int kEnough = 3;  // Starts, where they take twice what was planned.

struct ColdStart {
    double listening_ms = 0, ready_ms = 0, first_right_ms = 0;
    double usual_ms = 0;           // Of an answer right after the first.
    bool stopped_in_order = true;  // SIGTERM was enough.
};

double ms_since(TimePoint start, TimePoint end) {
    return std::chrono::duration<double, std::milli>(end - start).count();
}

// Asks until `done` says so, every millisecond; the moment after, or nothing.
template <typename Done>
std::optional<TimePoint> poll_until(const Done& done, const Bench& bench) {
    const auto end = steady_clock::now() + kPatience;
    while (steady_clock::now() < end && !bench.interrupted()) {
        if (done()) return steady_clock::now();
        std::this_thread::sleep_for(1ms);
    }
    return {};
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double usual_answer_ms(const Bench& bench, http::Client& client) {
    std::vector<double> times;
    for (int turn = 0; turn < kLaterAnswers; ++turn) {
        const auto start = steady_clock::now();
        static_cast<void>(bench.sending->try_once(client, 10s));
        times.push_back(ms_since(start, steady_clock::now()));
    }
    return median(std::move(times));
}

// V2 has a question for it; of others, that they answer at all.
bool is_ready(http::Client& client, protocols::Protocol protocol) {
    const bool v2 = protocol == protocols::Protocol::v2;
    const auto answer = client.send({"GET", v2 ? "/v2/health/ready" : "/", {}, ""}, 1s);
    return answer && (!v2 || answer->status == 200);
}

Result<ColdStart> start_once(Bench& bench) {
    auto server = ServerProcess::start(bench.launch->once_more(), bench.cpus.target, bench.stop);
    if (!server) return std::unexpected(server.error());
    http::Client client(server->url());
    const auto ready =
        poll_until([&] { return is_ready(client, bench.sending->protocol()); }, bench);
    std::optional<std::string> flaw = "no answer";
    const auto right =
        poll_until([&] { return !(flaw = bench.sending->try_once(client, 10s)); }, bench);
    if (!ready) return fail(Error::Kind::timed_out, "it did not become ready");
    if (!right) return fail(Error::Kind::timed_out, "no right answer: " + *flaw);
    ColdStart start{ms_since(server->started(), server->listening()),
                    ms_since(server->started(), *ready), ms_since(server->started(), *right)};
    start.usual_ms = usual_answer_ms(bench, client);
    start.stopped_in_order = server->stop();
    return start;
}

std::vector<double> each(const std::vector<ColdStart>& starts, double ColdStart::* part) {
    std::vector<double> values;
    for (const ColdStart& start : starts) values.push_back(start.*part);
    return values;
}

std::vector<std::string> flaws_of(const std::vector<ColdStart>& starts, Duration limit) {
    std::vector<std::string> flaws;
    const double right = median(each(starts, &ColdStart::first_right_ms));
    const double limit_ms = std::chrono::duration<double, std::milli>(limit).count();
    if (right > limit_ms) {
        flaws.push_back(
            fmt::format("slow start: {:.1f} s to the first right answer, where {} may "
                        "be taken (--start-limit)",
                        right / 1000, format_duration(limit)));
    }
    const double first = right - median(each(starts, &ColdStart::ready_ms));
    const double usual = median(each(starts, &ColdStart::usual_ms));
    if (first > kUnpreparedMs && first > kUnpreparedTimes * usual) {
        flaws.push_back(
            fmt::format("it says that it is ready before it is: the first answer took "
                        "{:.0f} ms more, later ones {:.1f} ms",
                        first, usual));
    }
    return flaws;
}

bool ignores_sigterm(const std::vector<ColdStart>& starts) {
    return !std::ranges::all_of(starts, &ColdStart::stopped_in_order);
}

std::string fewer_than(int planned, std::size_t done) {
    if (done >= static_cast<std::size_t>(planned)) return "";
    return fmt::format(" of {} that were planned, for want of time", planned);
}

Json evidence_of(const std::vector<ColdStart>& starts, Duration limit) {
    Json repeats = Json::array();
    for (const ColdStart& start : starts) {
        repeats.push_back({{"listening_ms", start.listening_ms},
                           {"ready_ms", start.ready_ms},
                           {"first_right_ms", start.first_right_ms},
                           {"usual_answer_ms", start.usual_ms}});
    }
    return {{"repeats", repeats},
            {"median_ms",
             {{"listening", median(each(starts, &ColdStart::listening_ms))},
              {"ready", median(each(starts, &ColdStart::ready_ms))},
              {"first_right", median(each(starts, &ColdStart::first_right_ms))}}},
            {"limit_ms", std::chrono::duration<double, std::milli>(limit).count()},
            {"page_cache", "warm"},
            {"ignores_sigterm", ignores_sigterm(starts)}};
}

}  // namespace

results::StageResult prove_cold_start(Bench& bench) {
    results::StageResult result = skipped(StageName::cold_start, "");
    std::vector<ColdStart> starts;
    const int repeats = bench.plan.profile.cold_starts;
    const auto expected_end =
        steady_clock::now() + 2 * repeats * bench.plan.profile.cold_start_each;
    Duration longest{};  // Of a start, its answers and its end.
    for (int turn = 0; turn < repeats && !bench.interrupted(); ++turn) {
        if (turn > 0 && bench.stage_time_left() < longest) break;
        // Slower starts than planned for: three are enough, the search needs the time more.
        if (turn >= kEnough && steady_clock::now() + longest > expected_end) break;
        bench.observer.doing(fmt::format("start {} of {}", turn + 1, repeats));
        const auto began = steady_clock::now();
        const auto start = start_once(bench);
        if (!start && bench.interrupted()) break;
        if (!start) {
            result.verdict = results::StageVerdict::fail;
            result.reasons = {fmt::format("start {}: {}", turn + 1, start.error().message)};
            result.answer = result.reasons[0];
            return result;
        }
        starts.push_back(*start);
        longest = std::max<Duration>(longest, steady_clock::now() - began);
    }
    if (starts.empty()) return skipped(StageName::cold_start, "interrupted");
    const auto right = each(starts, &ColdStart::first_right_ms);
    const auto [least, most] = std::ranges::minmax(right);
    result.reasons = flaws_of(starts, bench.plan.profile.start_limit);
    result.verdict =
        result.reasons.empty() ? results::StageVerdict::pass : results::StageVerdict::fail;
    result.answer = fmt::format(
        "{:.0f} ms (median of {} starts{}, {:.0f} to {:.0f} ms), with a warm page cache.",
        median(right), right.size(), fewer_than(repeats, right.size()), least, most);
    if (ignores_sigterm(starts))
        result.answer += " It ignores SIGTERM, and had to be killed after 5 s.";
    result.evidence_json = evidence_of(starts, bench.plan.profile.start_limit).dump();
    return result;
}

results::StageResult skipped(StageName stage, std::string why) {
    results::StageResult result;
    result.name = name_of(stage);
    result.question = question_of(stage);
    result.answer = why;
    if (!why.empty()) result.reasons = {std::move(why)};
    return result;
}

}  // namespace mettle::prove
