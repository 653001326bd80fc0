#include "mettle/load/arrivals.hpp"
#include "mettle/load/plan_program.hpp"
#include "mettle/load/recorder.hpp"
#include "mettle/load/users.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace mettle::load {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr std::int64_t kSecond = 1'000'000'000;

// Notes what a source launches; the test ends it when it likes. All on made-up moments.
class NotingLauncher final : public Launcher {
public:
    void launch(Attempt& attempt) override {
        launched.push_back(&attempt);
        due_s.push_back(static_cast<double>(attempt.due_ns) / 1e9);
        payloads.push_back(attempt.payload);
    }

    void end(Source& source, std::size_t index, double at_s, Outcome outcome = Outcome::ok) {
        Attempt& attempt = *launched[index];
        attempt.outcome = outcome;
        attempt.done_ns = std::llround(at_s * 1e9);
        source.on_done(attempt, attempt.done_ns);
    }

    std::vector<Attempt*> launched;
    std::vector<double> due_s;
    std::vector<std::uint32_t> payloads;
};

LoadPlan closed_plan(int users, const char* wait = "0", double spawn_rate = 1e9) {
    LoadPlan plan;
    plan.tasks = {{"t", "POST", 1, 4}};
    plan.closed = ClosedLoad{users, spawn_rate, *parse_wait_time(wait)};
    return plan;
}

LoadPlan open_plan(double rate, OpenLoad::Law law = OpenLoad::Law::constant) {
    LoadPlan plan;
    plan.tasks = {{"t", "POST", 1, 4}};
    plan.open = OpenLoad{rate, law};
    return plan;
}

// What a source takes by reference.
struct Cast {
    Cast(const LoadPlan& plan, Recorder& recorder)
        : program(make_plan_program(plan)), behaviours(program->make(recorder, 0)) {}
    std::unique_ptr<Program> program;
    std::unique_ptr<BehaviourFactory> behaviours;
};

struct SourceTest : ::testing::Test {
    Users make_users(const LoadPlan& plan, Users::Share share = {}) {
        Cast& cast = casts.emplace_back(plan, recorder);
        return Users(plan, share, *cast.program, *cast.behaviours, launcher, recorder);
    }
    Arrivals make_arrivals(const LoadPlan& plan, Arrivals::Share share, Launcher& to) {
        Cast& cast = casts.emplace_back(plan, recorder);
        return Arrivals(plan, share, *cast.program, *cast.behaviours, to);
    }

    Recorder recorder{1, {}};
    NotingLauncher launcher;
    std::deque<Cast> casts;
};

TEST_F(SourceTest, UsersStartAtTheirSpawnRate) {
    Users users = make_users(closed_plan(3, "0", 2), {});
    users.release(0);
    EXPECT_EQ(users.users(), 1);
    EXPECT_EQ(users.next_due_ns(), kSecond / 2);
    users.release(2 * kSecond);
    EXPECT_EQ(users.users(), 3);
    EXPECT_THAT(launcher.due_s, ElementsAre(0, 0.5, 1));
}

TEST_F(SourceTest, AUserIsDueWhenItHasItsAnswer) {
    Users users = make_users(closed_plan(1), {});
    users.release(0);
    launcher.end(users, 0, 1.5);
    EXPECT_THAT(launcher.due_s, ElementsAre(0, 1.5));
    EXPECT_THAT(launcher.payloads, ElementsAre(0, 1));
}

TEST_F(SourceTest, AUserWaitsAsItWasTold) {
    Users users = make_users(closed_plan(1, "2s"), {});
    users.release(0);
    launcher.end(users, 0, 1);
    EXPECT_EQ(users.next_due_ns(), 3 * kSecond);
    users.release(3 * kSecond);
    EXPECT_THAT(launcher.due_s, ElementsAre(0, 3));
}

TEST_F(SourceTest, ARefusedUserPausesInsteadOfHammering) {
    Users users = make_users(closed_plan(1), {});
    users.release(0);
    launcher.end(users, 0, 1, Outcome::connect);
    EXPECT_THAT(launcher.launched, SizeIs(1));
    EXPECT_EQ(users.next_due_ns(), kSecond + kSecond / 10);
}

TEST_F(SourceTest, MissedPacesAreCountedAndNotMadeUp) {
    Users users = make_users(closed_plan(1, "pacing:1s"), {});
    users.release(0);
    launcher.end(users, 0, 3.5);
    EXPECT_THAT(launcher.due_s, ElementsAre(0, 3.5));
    EXPECT_EQ(recorder.report().missed_iterations, 3);
}

TEST_F(SourceTest, UsersEndWithTheirIterations) {
    Users users = make_users(closed_plan(2), {.iterations = 3});
    users.release(1);
    launcher.end(users, 0, 1);
    launcher.end(users, 1, 1);
    EXPECT_THAT(launcher.launched, SizeIs(3));
    EXPECT_FALSE(users.exhausted());
    launcher.end(users, 2, 2);
    EXPECT_TRUE(users.exhausted());
}

TEST_F(SourceTest, WorkersShareTheUsers) {
    Users first = make_users(closed_plan(5), {.worker = 0, .workers = 2});
    Users second = make_users(closed_plan(5), {.worker = 1, .workers = 2});
    first.release(kSecond);
    EXPECT_THAT(launcher.launched, SizeIs(3));
    second.release(kSecond);
    EXPECT_THAT(launcher.launched, SizeIs(5));
}

TEST_F(SourceTest, UsersComeAndGoWithTheStages) {
    LoadPlan plan = closed_plan(1, "1s");
    plan.closed->stages = *parse_stages("10s:=3,10s:=1", "users");
    Users users = make_users(plan);
    users.release(0);
    EXPECT_EQ(users.users(), 3);
    launcher.end(users, 0, 9.5);
    launcher.end(users, 1, 9.5);
    users.release(10 * kSecond);
    // The third is still at it; the second waited, and is gone.
    EXPECT_EQ(users.users(), 2);
    launcher.end(users, 2, 11);
    users.release(11 * kSecond);
    EXPECT_EQ(users.users(), 1);
}

TEST_F(SourceTest, UsersThatWaitLeaveAtTheStopAndTheBusyAfterTheirAnswer) {
    Users users = make_users(closed_plan(2, "100s"));
    users.release(1);
    launcher.end(users, 0, 1);
    users.stop(2 * kSecond);
    users.release(2 * kSecond);
    EXPECT_EQ(users.users(), 1);
    EXPECT_FALSE(users.exhausted());
    launcher.end(users, 1, 3);
    users.release(3 * kSecond);
    EXPECT_TRUE(users.exhausted());
    EXPECT_THAT(launcher.launched, SizeIs(2));
}

TEST_F(SourceTest, ArrivalsDoNotWaitForAnswers) {
    Arrivals arrivals = make_arrivals(open_plan(2), {}, launcher);
    arrivals.release(kSecond);
    EXPECT_THAT(launcher.due_s, ElementsAre(0, 0.5, 1));
    EXPECT_EQ(arrivals.next_due_ns(), kSecond + kSecond / 2);
}

TEST_F(SourceTest, ALateArrivalKeepsItsDueTime) {
    Arrivals arrivals = make_arrivals(open_plan(2), {}, launcher);
    arrivals.release(0);
    arrivals.release(2 * kSecond);
    EXPECT_THAT(launcher.due_s, ElementsAre(0, 0.5, 1, 1.5, 2));
}

TEST_F(SourceTest, ArrivalsEndWithTheRunAndCountWhatWasNotSent) {
    Arrivals arrivals = make_arrivals(open_plan(2), {.length = std::chrono::seconds(10)}, launcher);
    arrivals.release(kSecond);
    EXPECT_EQ(arrivals.unsent_before(10 * kSecond), 17);
    EXPECT_EQ(arrivals.next_due_ns(), Source::kNever);
}

// What is sent, and when, does not depend on the number of workers.
TEST_F(SourceTest, WorkersShareTheArrivals) {
    const LoadPlan plan = open_plan(1000, OpenLoad::Law::poisson);
    using Sent = std::vector<std::pair<std::int64_t, std::uint32_t>>;
    const auto sent_by = [&](int workers) {
        Sent sent;
        for (int worker = 0; worker < workers; ++worker) {
            NotingLauncher own;
            Arrivals arrivals = make_arrivals(plan, {.worker = worker, .workers = workers}, own);
            while (arrivals.next_due_ns() < kSecond) arrivals.release(kSecond - 1);
            for (const Attempt* attempt : own.launched)
                sent.emplace_back(attempt->due_ns, attempt->payload);
        }
        std::ranges::sort(sent);
        return sent;
    };
    const Sent one = sent_by(1);
    EXPECT_GT(one.size(), 800);
    EXPECT_EQ(one, sent_by(3));
}

TEST_F(SourceTest, TasksAreChosenByWeight) {
    LoadPlan plan = open_plan(10'000);
    plan.tasks = {{"a", "POST", 3, 1}, {"b", "POST", 1, 1}, {"never", "POST", 0, 1}};
    Arrivals arrivals = make_arrivals(plan, {}, launcher);
    while (arrivals.next_due_ns() < kSecond) arrivals.release(kSecond - 1);
    std::vector<double> counts(3);
    for (const Attempt* attempt : launcher.launched) ++counts[attempt->task];
    EXPECT_NEAR(counts[0] / 10'000, 0.75, 0.02);
    EXPECT_EQ(counts[2], 0);
}

// Sends so many requests, which are there from a moment on; then it is over for all.
class Fed final : public Behaviour, public BehaviourFactory, public Program {
public:
    struct Supply {
        int left;
        bool there;
    };
    explicit Fed(Supply& supply) : supply_(supply) {}

    Next next(Attempt& /*attempt*/, std::int64_t /*now_ns*/) override {
        if (std::exchange(requested_, false)) return Next::end({});
        if (left_) return Next::gone();
        if (supply_.left == 0) return Next::over();
        if (!supply_.there) return Next::not_yet(kSecond / 100);
        --supply_.left;
        requested_ = true;
        return Next::request();
    }
    void arrive(std::uint64_t /*number*/) override {}
    void leave() override { left_ = true; }
    std::unique_ptr<Behaviour> make(const UserPlace& /*place*/) override {
        return std::make_unique<Fed>(supply_);
    }
    std::unique_ptr<BehaviourFactory> make(Recorder& /*recorder*/, int /*worker*/) const override {
        return std::make_unique<Fed>(supply_);
    }
    const std::vector<UserClass>& classes() const override { return classes_; }

private:
    Supply& supply_;
    std::vector<UserClass> classes_{UserClass{"User", 1, 0}};
    bool requested_ = false, left_ = false;
};

TEST_F(SourceTest, AUserIsDueWhenThereIsSomethingToSend) {
    Fed::Supply supply{2, false};
    Fed fed(supply);
    Users users(closed_plan(1), {}, fed, fed, launcher, recorder);
    users.release(0);
    EXPECT_EQ(users.next_due_ns(), kSecond / 100);
    supply.there = true;
    users.release(kSecond / 100);
    launcher.end(users, 0, 0.5);
    launcher.end(users, 0, 0.6);
    EXPECT_THAT(launcher.due_s, ElementsAre(0.01, 0.5));
    EXPECT_TRUE(users.exhausted());
}

TEST_F(SourceTest, AnArrivalStaysDueWhileThereIsNothingToSend) {
    Fed::Supply supply{2, false};
    Fed fed(supply);
    Arrivals arrivals(open_plan(10), {}, fed, fed, launcher);
    arrivals.release(kSecond / 10);
    EXPECT_THAT(launcher.launched, SizeIs(0));
    supply.there = true;
    arrivals.release(kSecond / 5 - 1);
    EXPECT_THAT(launcher.due_s, ElementsAre(0, 0.1));
    EXPECT_TRUE(launcher.launched[0]->is_arrival && launcher.launched[1]->is_arrival);
}

TEST_F(SourceTest, ArrivalsEndWithWhatThereIsToSend) {
    Fed::Supply supply{2, true};
    Fed fed(supply);
    Arrivals arrivals(open_plan(10), {}, fed, fed, launcher);
    for (const int tenth : {0, 1, 2}) arrivals.release(tenth * kSecond / 10);
    EXPECT_THAT(launcher.launched, SizeIs(2));
    EXPECT_FALSE(arrivals.exhausted());
    launcher.end(arrivals, 0, 0.3);
    launcher.end(arrivals, 1, 0.3);
    EXPECT_TRUE(arrivals.exhausted());
}

}  // namespace
}  // namespace mettle::load
