#include "mettle/analysis/batch_law.hpp"
#include "mettle/http/client.hpp"
#include "mettle/prove/stages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <random>
#include <utility>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using results::StageVerdict;

constexpr Duration kTrialTimeout = 10s;
// Of the best throughput: what gives as much has the lower latency to recommend it.
constexpr double kAsGood = 0.95;
constexpr std::array kLengths = {1.0, 2.0, 4.0};
constexpr int kMostOverrun = 2;  // Times the expected time; slow models drain for long.

// So many rows in a request, so many requests at once.
struct Cell {
    std::int64_t rows = 1;
    int users = 1;
    std::uint64_t requests = 0, failures = 0;
    double p50_ms = 0, p99_ms = 0, rows_per_s = 0;
};

struct Limit {
    std::int64_t rows = 1;
    std::string why;
};

struct Length {
    double factor = 1;
    std::uint64_t requests = 0;
    double p50_ms = 0;
};

struct Surface {
    std::vector<Cell> cells;
    std::vector<Limit> limits;  // Sizes that could not be sent, or were refused.
    std::vector<Length> lengths;
    int untried = 0;  // Cells for which there was no time.
    std::optional<double> limit_ms;
    std::optional<analysis::BatchLaw> law;
    std::optional<Cell> best;
    std::vector<std::string> doubts;
};

// In a closed loop without waits the throughput is users over mean latency (Little's law). Counting
// answers over time instead would be off by a request a user at the end of so short a run.
Cell cell_of(const results::RunResult& run, std::int64_t rows, int users) {
    const Histogram& times = run.totals.times.latency;
    Cell cell{rows, users, run.totals.requests, run.totals.failures};
    if (times.count() == 0) return cell;
    cell.p50_ms = static_cast<double>(times.quantile(0.5)) / 1000;
    cell.p99_ms = static_cast<double>(times.quantile(0.99)) / 1000;
    const double mean_s = std::max(times.mean(), 1.0) / 1e6;
    const double right = 1 - static_cast<double>(cell.failures) /
                                 static_cast<double>(std::max<std::uint64_t>(1, cell.requests));
    cell.rows_per_s = users * static_cast<double>(rows) / mean_s * right;
    return cell;
}

// Fewer say nothing of a cell: not each user has seen the others' load.
std::uint64_t least_answers(const Cell& cell) {
    return std::max<std::uint64_t>(5, static_cast<std::uint64_t>(cell.users));
}

class Measuring {
public:
    explicit Measuring(Bench& bench) : bench_(bench), random_(bench.seed) {}

    Surface run() {
        surface_.limit_ms = tightest_ms(bench_.slo());
        make_sizes();
        // What the law is fitted to comes first, the rest as far as time allows.
        measure({1});
        std::vector<int> users = bench_.plan.profile.payload_users;
        std::erase(users, 1);
        measure_lengths();
        measure(users);
        std::ranges::sort(surface_.cells, {},
                          [](const Cell& cell) { return std::pair(cell.rows, cell.users); });
        fit();
        recommend();
        return std::move(surface_);
    }

private:
    bool over() const {
        return bench_.interrupted() || bench_.target_lost ||
               std::chrono::steady_clock::now() > end_ || bench_.time_left() <= Duration::zero();
    }

    Duration expected() const {
        const Profile& profile = bench_.plan.profile;
        return static_cast<int>(profile.payload_rows.size() * (profile.payload_users.size() + 1)) *
               profile.payload;
    }

    // Where rows can't be chosen, only how many are asked at once is varied.
    void make_sizes() {
        for (const int rows : bench_.plan.profile.payload_rows) {
            if (bench_.interrupted() || bench_.target_lost) return;
            auto sized = bench_.sending->resized({rows, 1}, bench_.seed);
            const auto refused = sized ? refusal(*sized) : std::optional(sized.error().message);
            if (!refused)
                sizes_.emplace(rows, std::move(*sized));
            else if (rows > 1)
                surface_.limits.push_back({rows, *refused});
        }
        if (sizes_.empty()) sizes_.emplace(1, *bench_.sending);
        end_ = std::chrono::steady_clock::now() + kMostOverrun * expected() + kTrialTimeout / 5;
    }

    std::optional<std::string> refusal(const Sending& sized) {
        http::Client client(sized.url(), !sized.insecure());
        return sized.try_once(client, kTrialTimeout);
    }

    // Cells in random order, so that a change of the machine falls on no row or column.
    void measure(const std::vector<int>& users) {
        std::vector<std::pair<std::int64_t, int>> order;
        for (const auto& [rows, sized] : sizes_)
            for (const int each : users) order.emplace_back(rows, each);
        std::ranges::shuffle(order, random_);
        for (const auto& [rows, each] : order) {
            if (over()) {
                ++surface_.untried;
                continue;
            }
            const std::string doing = fmt::format("{} rows, {} at once", rows, each);
            surface_.cells.push_back(cell_of(load(sizes_.at(rows), each, doing), rows, each));
        }
    }

    results::RunResult load(const Sending& what, int users, std::string doing) {
        RunNeeds needs;
        needs.what = &what;
        needs.users = users;
        needs.time = (users == 1 ? 2 : 1) * bench_.plan.profile.payload;
        needs.warmup = needs.time / 10;
        needs.record_sequence = false;
        needs.doing = std::move(doing);
        auto run = bench_.run(needs);
        if (bench_.starved(run)) surface_.doubts = bench_.doubts(run);
        return run;
    }

    void measure_lengths() {
        if (!bench_.sending->has_lengths()) return;
        for (const double factor : kLengths) {
            if (over()) return;
            const auto sized = bench_.sending->resized({1, factor}, bench_.seed);
            if (!sized || refusal(*sized)) continue;
            const Cell cell =
                cell_of(load(*sized, 1, fmt::format("{:g} times as long", factor)), 1, 1);
            if (cell.requests > cell.failures)
                surface_.lengths.push_back({factor, cell.requests, cell.p50_ms});
        }
    }

    void fit() {
        std::vector<analysis::BatchTime> times;
        for (const Cell& cell : surface_.cells) {
            if (cell.users == 1 && cell.requests > cell.failures)
                times.push_back({static_cast<double>(cell.rows), cell.p50_ms});
        }
        surface_.law = analysis::fit_batch_law(times);
    }

    void recommend() {
        std::vector<Cell> fit;
        std::ranges::copy_if(surface_.cells, std::back_inserter(fit), [&](const Cell& cell) {
            return cell.failures == 0 && cell.requests >= least_answers(cell) &&
                   cell.p99_ms <= surface_.limit_ms.value_or(1e12);
        });
        if (fit.empty()) return;
        const double most = std::ranges::max(fit, {}, &Cell::rows_per_s).rows_per_s;
        std::erase_if(fit, [most](const Cell& cell) { return cell.rows_per_s < kAsGood * most; });
        surface_.best = std::ranges::min(fit, {}, &Cell::p99_ms);
    }

    Bench& bench_;
    std::mt19937_64 random_;
    std::map<std::int64_t, Sending> sizes_;
    TimePoint end_ = TimePoint::max();
    Surface surface_;
};

Json law_json(const Surface& surface) {
    if (!surface.law) return nullptr;
    const auto most = surface.limit_ms ? surface.law->most_rows(*surface.limit_ms) : std::nullopt;
    return {{"a_ms", surface.law->a_ms},
            {"b_ms", surface.law->b_ms},
            {"worst", surface.law->worst},
            {"most_rows", most ? Json(*most) : Json(nullptr)}};
}

Json cell_json(const Cell& cell) {
    const bool answered = cell.requests > cell.failures;
    return {{"rows", cell.rows},
            {"users", cell.users},
            {"requests", cell.requests},
            {"failures", cell.failures},
            {"p50_ms", answered ? Json(cell.p50_ms) : Json(nullptr)},
            {"p99_ms", answered ? Json(cell.p99_ms) : Json(nullptr)},
            {"rows_per_s", cell.rows_per_s}};
}

Json evidence_of(const Surface& surface) {
    Json cells = Json::array(), limits = Json::array(), lengths = Json::array();
    for (const Cell& cell : surface.cells) cells.push_back(cell_json(cell));
    for (const Limit& limit : surface.limits)
        limits.push_back({{"rows", limit.rows}, {"why", limit.why}});
    for (const Length& length : surface.lengths) {
        lengths.push_back(
            {{"factor", length.factor}, {"requests", length.requests}, {"p50_ms", length.p50_ms}});
    }
    return {{"limit_ms", surface.limit_ms ? Json(*surface.limit_ms) : Json(nullptr)},
            {"cells", std::move(cells)},
            {"law", law_json(surface)},
            {"recommended", surface.best ? cell_json(*surface.best) : Json(nullptr)},
            {"limits", std::move(limits)},
            {"lengths", std::move(lengths)},
            {"untried", surface.untried}};
}

std::string rows_in_words(std::int64_t rows) {
    return rows == 1 ? "1 row" : fmt::format("{} rows", rows);
}

std::string law_in_words(const Surface& surface) {
    if (!surface.law) return "";
    const auto& law = *surface.law;
    std::string text = fmt::format(
        "Alone a request of n rows takes {:.3g} + {:.3g}·n ms (no size is off by more than {:.0f} "
        "%)",
        law.a_ms, law.b_ms, std::ceil(law.worst * 100));
    const auto most = surface.limit_ms ? law.most_rows(*surface.limit_ms) : std::nullopt;
    const std::int64_t tried = surface.cells.back().rows;
    if (most && *most == 0)
        text += fmt::format(", so not even one is within {:g} ms", *surface.limit_ms);
    else if (most && *most < tried)
        text += fmt::format(", so {} at most are within {:g} ms", *most, *surface.limit_ms);
    return text + ". ";
}

std::string best_in_words(const Surface& surface) {
    if (!surface.best) {
        return surface.limit_ms
                   ? fmt::format("Nothing that was tried is within {:g} ms.", *surface.limit_ms)
                   : "Nothing that was tried was answered without failures.";
    }
    const Cell& best = *surface.best;
    return fmt::format("Best: {} a request, {} at once: {} rows/s with a p99 of {:.3g} ms{}.",
                       rows_in_words(best.rows), best.users, format_rate(best.rows_per_s),
                       best.p99_ms,
                       surface.limit_ms ? fmt::format(", within {:g} ms", *surface.limit_ms) : "");
}

std::string lengths_in_words(const std::vector<Length>& lengths) {
    if (lengths.size() < 2) return "";
    return fmt::format(" {:g} times the length takes {:.2g} times as long.",
                       lengths.back().factor / lengths.front().factor,
                       lengths.back().p50_ms / std::max(lengths.front().p50_ms, 1e-6));
}

std::vector<std::string> remarks_of(const Surface& surface) {
    std::vector<std::string> remarks;
    for (const Limit& limit : surface.limits)
        remarks.push_back(fmt::format("{} a request: {}", rows_in_words(limit.rows), limit.why));
    if (surface.untried > 0)
        remarks.push_back(fmt::format("there was no time for {} of the sizes", surface.untried));
    remarks.insert(remarks.end(), surface.doubts.begin(), surface.doubts.end());
    return remarks;
}

}  // namespace

results::StageResult prove_payload(Bench& bench) {
    const Surface surface = Measuring(bench).run();
    results::StageResult result = skipped(StageName::payload, "");
    if (bench.target_lost) {
        result.verdict = StageVerdict::fail;
        result.answer = "The target went away when requests were made larger.";
        result.reasons = {"it did not survive larger requests"};
        return result;
    }
    const auto answered = [](const Cell& cell) { return cell.requests > cell.failures; };
    if (std::ranges::none_of(surface.cells, answered)) {
        if (bench.interrupted()) return skipped(StageName::payload, "interrupted");
        result.verdict = StageVerdict::invalid;
        result.answer = "No request was answered.";
        result.reasons = remarks_of(surface);
        return result;
    }
    result.verdict = StageVerdict::pass;
    result.answer =
        law_in_words(surface) + best_in_words(surface) + lengths_in_words(surface.lengths);
    result.reasons = remarks_of(surface);
    result.evidence_json =
        evidence_of(surface).dump(-1, ' ', false, Json::error_handler_t::replace);
    return result;
}

}  // namespace mettle::prove
