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

struct ColdStart {
    double listening_ms = 0, ready_ms = 0, first_right_ms = 0;
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
    start.stopped_in_order = server->stop();
    return start;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<double> each(const std::vector<ColdStart>& starts, double ColdStart::* part) {
    std::vector<double> values;
    for (const ColdStart& start : starts) values.push_back(start.*part);
    return values;
}

bool ignores_sigterm(const std::vector<ColdStart>& starts) {
    return !std::ranges::all_of(starts, &ColdStart::stopped_in_order);
}

Json evidence_of(const std::vector<ColdStart>& starts) {
    Json repeats = Json::array();
    for (const ColdStart& start : starts) {
        repeats.push_back({{"listening_ms", start.listening_ms},
                           {"ready_ms", start.ready_ms},
                           {"first_right_ms", start.first_right_ms}});
    }
    return {{"repeats", repeats},
            {"median_ms",
             {{"listening", median(each(starts, &ColdStart::listening_ms))},
              {"ready", median(each(starts, &ColdStart::ready_ms))},
              {"first_right", median(each(starts, &ColdStart::first_right_ms))}}},
            {"page_cache", "warm"},
            {"ignores_sigterm", ignores_sigterm(starts)}};
}

}  // namespace

results::StageResult prove_cold_start(Bench& bench) {
    results::StageResult result = skipped(StageName::cold_start, "");
    std::vector<ColdStart> starts;
    const int repeats = bench.plan.profile.cold_starts;
    for (int turn = 0; turn < repeats && !bench.interrupted(); ++turn) {
        bench.observer.doing(fmt::format("start {} of {}", turn + 1, repeats));
        const auto start = start_once(bench);
        if (!start && bench.interrupted()) break;
        if (!start) {
            result.verdict = results::StageVerdict::fail;
            result.reasons = {fmt::format("start {}: {}", turn + 1, start.error().message)};
            result.answer = result.reasons[0];
            return result;
        }
        starts.push_back(*start);
    }
    if (starts.empty()) return skipped(StageName::cold_start, "interrupted");
    const auto right = each(starts, &ColdStart::first_right_ms);
    const auto [least, most] = std::ranges::minmax(right);
    result.verdict = results::StageVerdict::pass;
    result.answer =
        fmt::format("{:.0f} ms (median of {} starts, {:.0f} to {:.0f} ms), with a warm page cache.",
                    median(right), right.size(), least, most);
    if (ignores_sigterm(starts))
        result.answer += " It ignores SIGTERM, and had to be killed after 5 s.";
    result.evidence_json = evidence_of(starts).dump();
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
