// What a request costs in steady state: no allocation and no lock, in the bare loop and in a
// scenario of YAML. Counted on the worker's thread, by taking the place of operator new and of
// pthread_mutex_lock in this whole program. Two things are counted apart: what the report costs
// that a worker makes once a second, and the blocks of histograms, which a latency takes that is
// the first of its size.

#include "mettle/http/planted_server_test.hpp"
#include "mettle/load/names.hpp"
#include "mettle/protocols/task.hpp"
#include "mettle/scenario/reader.hpp"
#include "mettle/scenario/script_program.hpp"

#include <gtest/gtest.h>

#include <dlfcn.h>
#include <pthread.h>

#include <cstdlib>
#include <new>
#include <optional>

namespace {

struct Costs {
    std::uint64_t allocations = 0;  // All but those of histograms.
    std::uint64_t blocks = 0, pages = 0;
    std::uint64_t locks = 0;
};
thread_local Costs costs_of_thread;

}  // namespace

// Sanitizers have put their own there.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kCounts = false;
#else
constexpr bool kCounts = true;

constexpr std::size_t kBlock = 128 * sizeof(std::uint64_t);  // Histogram's counts,
constexpr std::size_t kPage = 8 * sizeof(void*);             // and where they are.

void* operator new(std::size_t size) {
    ++(size == kBlock  ? costs_of_thread.blocks
       : size == kPage ? costs_of_thread.pages
                       : costs_of_thread.allocations);
    if (void* const memory = std::malloc(size > 0 ? size : 1)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    using Lock = int (*)(pthread_mutex_t*);
    static const auto next = reinterpret_cast<Lock>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    ++costs_of_thread.locks;
    return next(mutex);
}
#endif

namespace mettle::scenario {
namespace {

// Between these requests is steady state: all buffers have their size.
constexpr int kWarm = 2'000;
constexpr int kCounted = 5'000;

Costs operator-(const Costs& later, const Costs& earlier) {
    return {later.allocations - earlier.allocations, later.blocks - earlier.blocks,
            later.pages - earlier.pages, later.locks - earlier.locks};
}
Costs operator+(const Costs& one, const Costs& other) {
    return {one.allocations + other.allocations, one.blocks + other.blocks, one.pages + other.pages,
            one.locks + other.locks};
}

struct Found {
    Costs requests{UINT64_MAX, 0, 0, UINT64_MAX};
    Costs reports;
};

// Notes what the thread has had by the first and the last counted request. A report begins when the
// worker asks for the connections, and is over when it goes on with the load.
class CountingTransport final : public load::Transport {
public:
    CountingTransport(std::unique_ptr<load::Transport> inner, Found& found)
        : inner_(std::move(inner)), found_(found) {}

    void start(load::Attempt& attempt) override {
        end_report();
        ++started_;
        if (started_ == kWarm) {
            before_ = costs_of_thread;
            reports_ = {};
        }
        if (started_ == kWarm + kCounted) {
            found_.requests = costs_of_thread - before_ - reports_;
            found_.reports = reports_;
        }
        inner_->start(attempt);
    }
    void cancel(load::Attempt& attempt) override { inner_->cancel(attempt); }
    void poll(std::int64_t until_ns) override {
        end_report();
        inner_->poll(until_ns);
    }
    int poll_fd() const override { return inner_->poll_fd(); }
    std::uint64_t connections_opened() const override {
        report_began_ = costs_of_thread;
        return inner_->connections_opened();
    }

private:
    void end_report() {
        if (report_began_) reports_ = reports_ + (costs_of_thread - *report_began_);
        report_began_.reset();
    }

    std::unique_ptr<load::Transport> inner_;
    Found& found_;
    Costs before_, reports_;
    mutable std::optional<Costs> report_began_;
    int started_ = 0;
};

class CountingTransports final : public load::TransportFactory {
public:
    CountingTransports(const load::TransportFactory& inner, Found& found)
        : inner_(inner), found_(found) {}
    std::unique_ptr<load::Transport> make(load::Completion& completion, int worker) const override {
        return std::make_unique<CountingTransport>(inner_.make(completion, worker), found_);
    }

private:
    const load::TransportFactory& inner_;
    Found& found_;
};

http::Url url_of(const http::PlantedServer& server) {
    return http::parse_url("http://127.0.0.1:" + std::to_string(server.port())).value();
}

Found run(load::LoadPlan plan, const http::Url& url, const std::vector<protocols::Task>& tasks) {
    plan.closed.emplace().users = 4;
    plan.iterations = kWarm + kCounted + 100;
    Found found;
    const auto transports = protocols::make_transports(url, tasks, {}).value();
    const auto result = load::run(plan, CountingTransports(*transports, found), {});
    EXPECT_EQ(result.totals.failures, 0U);
    return found;
}

void expect_steady(const Found& found) {
    EXPECT_EQ(found.requests.allocations, 0U) << "of " << kCounted << " requests";
    EXPECT_EQ(found.requests.locks, 0U);
    // A page is made for a block. Each histogram has 184 blocks at most, ever.
    EXPECT_LE(found.requests.pages, found.requests.blocks);
    EXPECT_LT(found.requests.blocks, 500U);
    // Once a second under a lock, with lists that may grow.
    EXPECT_LT(found.reports.allocations + found.reports.locks, 500U);
}

TEST(SteadyState, ABareRequestAllocatesAndLocksNothing) {
    if (!kCounts) GTEST_SKIP() << "a sanitizer counts instead";
    const http::PlantedServer server(http::always(http::kPlantedOk));
    const http::Url url = url_of(server);
    std::vector<protocols::Task> tasks(1);
    tasks[0].name = "home";
    tasks[0].requests.push_back({{"GET", "/", {}, ""}, nullptr});
    load::LoadPlan plan;
    plan.tasks = {{"home", "GET", 1, 1}};
    expect_steady(run(plan, url, tasks));
}

TEST(SteadyState, ARequestOfAScenarioThatIsReadyAllocatesAndLocksNothing) {
    if (!kCounts) GTEST_SKIP() << "a sanitizer counts instead";
    const http::PlantedServer server(http::always(http::kPlantedOk));
    const http::Url url = url_of(server);
    Mistakes mistakes;
    auto scenario = std::make_shared<const Scenario>(
        read_scenario("tasks:\n  home: {get: /, checks: [status == 200, body contains \"ok\"]}\n",
                      "a.yaml", {}, mistakes));
    ASSERT_EQ(mistakes.to_string(), "");
    ScriptOptions options;
    options.target = url;
    load::LoadPlan plan;
    plan.names = std::make_shared<load::Names>();
    std::vector<std::string> warnings;
    const auto script = compile_script(std::move(scenario), options, *plan.names, warnings);
    ASSERT_TRUE(script) << script.error().message;
    plan.program = make_script_program(*script, 1);
    expect_steady(run(plan, url, {}));
}

}  // namespace
}  // namespace mettle::scenario
