// What a request costs in steady state: no allocation and no lock, in the bare loop and in a
// scenario of YAML. Counted on the worker's thread, by taking the place of operator new and of
// pthread_mutex_lock in this whole program.

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

namespace {

thread_local std::uint64_t allocations = 0;
thread_local std::uint64_t locks = 0;

}  // namespace

// Sanitizers have put their own there.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kCounts = false;
#else
constexpr bool kCounts = true;

void* operator new(std::size_t size) {
    ++allocations;
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
    ++locks;
    return next(mutex);
}
#endif

namespace mettle::scenario {
namespace {

// Between these requests is steady state: all buffers have their size.
constexpr int kWarm = 2'000;
constexpr int kCounted = 5'000;

struct Costs {
    std::uint64_t allocations = 0, locks = 0;
};

// Notes what the thread has had by the first and the last counted request.
class CountingTransport final : public load::Transport {
public:
    CountingTransport(std::unique_ptr<load::Transport> inner, Costs& costs)
        : inner_(std::move(inner)), costs_(costs) {}

    void start(load::Attempt& attempt) override {
        ++started_;
        if (started_ == kWarm) before_ = {allocations, locks};
        if (started_ == kWarm + kCounted)
            costs_ = {allocations - before_.allocations, locks - before_.locks};
        inner_->start(attempt);
    }
    void cancel(load::Attempt& attempt) override { inner_->cancel(attempt); }
    void poll(std::int64_t until_ns) override { inner_->poll(until_ns); }
    int poll_fd() const override { return inner_->poll_fd(); }
    std::uint64_t connections_opened() const override { return inner_->connections_opened(); }

private:
    std::unique_ptr<load::Transport> inner_;
    Costs& costs_;
    Costs before_;
    int started_ = 0;
};

class CountingTransports final : public load::TransportFactory {
public:
    CountingTransports(const load::TransportFactory& inner, Costs& costs)
        : inner_(inner), costs_(costs) {}
    std::unique_ptr<load::Transport> make(load::Completion& completion, int worker) const override {
        return std::make_unique<CountingTransport>(inner_.make(completion, worker), costs_);
    }

private:
    const load::TransportFactory& inner_;
    Costs& costs_;
};

http::Url url_of(const http::PlantedServer& server) {
    return http::parse_url("http://127.0.0.1:" + std::to_string(server.port())).value();
}

Costs run(load::LoadPlan plan, const http::Url& url, const std::vector<protocols::Task>& tasks) {
    plan.closed.emplace().users = 4;
    plan.iterations = kWarm + kCounted + 100;
    Costs costs{UINT64_MAX, UINT64_MAX};
    const auto transports = protocols::make_transports(url, tasks, {}).value();
    const auto result = load::run(plan, CountingTransports(*transports, costs), {});
    EXPECT_EQ(result.totals.failures, 0U);
    return costs;
}

// Once a second the worker reports under a lock, with lists that may grow: not a request's cost.
constexpr std::uint64_t kOfReports = 100;

TEST(SteadyState, ABareRequestAllocatesAndLocksNothing) {
    if (!kCounts) GTEST_SKIP() << "a sanitizer counts instead";
    const http::PlantedServer server(http::always(http::kPlantedOk));
    const http::Url url = url_of(server);
    std::vector<protocols::Task> tasks(1);
    tasks[0].name = "home";
    tasks[0].requests.push_back({{"GET", "/", {}, ""}, nullptr});
    load::LoadPlan plan;
    plan.tasks = {{"home", "GET", 1, 1}};
    const Costs costs = run(plan, url, tasks);
    EXPECT_LT(costs.allocations, kOfReports) << "of " << kCounted << " requests";
    EXPECT_LT(costs.locks, kOfReports);
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
    const Costs costs = run(plan, url, {});
    EXPECT_LT(costs.allocations, kOfReports) << "of " << kCounted << " requests";
    EXPECT_LT(costs.locks, kOfReports);
}

}  // namespace
}  // namespace mettle::scenario
