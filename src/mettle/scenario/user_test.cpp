#include "mettle/scenario/user_behaviour.hpp"
#include "mettle/scenario/user_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace mettle::scenario {
namespace {

using load::Attempt;
using load::Next;
using load::Outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = load::Next::Kind;
using namespace std::chrono_literals;

// Runs one user of a kind on made-up moments.
class Stage {
public:
    explicit Stage(UserKind kind) : kind_(std::move(kind)) {
        behaviour_ = std::make_unique<UserBehaviour>(crew_, kind_, 0, 1);
    }

    Kind step(std::int64_t now_ns = 0) {
        next_ = behaviour_->next(attempt_, now_ns);
        return next_.kind;
    }
    // The first line of the request that is to be sent now.
    std::string line() const {
        const std::string_view bytes = attempt_.made->bytes;
        return std::string(bytes.substr(0, bytes.find(" HTTP")));
    }
    std::string bytes() const { return std::string(attempt_.made->bytes); }
    void answer(int status, std::string body = "", std::string head = "", std::int64_t now_ns = 0) {
        attempt_.outcome = status < 400 ? Outcome::ok : Outcome::status;
        attempt_.done_ns = now_ns;
        head = "HTTP/1.1 200 OK\r\n" + head;
        attempt_.reader->on_answer(attempt_, {status, head, body});
        recorder_.record(attempt_);
    }
    void fail(Outcome outcome, std::string_view detail) {
        attempt_.outcome = outcome;
        attempt_.detail = detail;
    }
    void leave() { behaviour_->leave(); }

    load::Report& report() { return recorder_.report(); }
    const load::TaskName& name_of_task() const { return names_.task_at(attempt_.task); }
    const load::TaskDelta& delta(std::string_view name, std::string_view method) {
        return recorder_.report().tasks.at(names_.task(name, method));
    }

    Next next_;
    Attempt attempt_;

private:
    HttpSetup setup_{{http::parse_url("http://a:1").value()}, {}};
    load::Names names_;
    load::Recorder recorder_{0, {}};
    Crew crew_{setup_, names_, recorder_};
    UserKind kind_;
    std::unique_ptr<UserBehaviour> behaviour_;
};

class Shopper : public User {
public:
    static void describe(UserType<Shopper>& type) {
        type.weight(3).wait("2s").task("buy", &Shopper::buy);
    }
    Flow<> on_start() override {
        const auto& answer = co_await client.post("/login", {.json = R"({"u":1})"});
        token_ = answer.json("/token").value_or("");
        client.headers().emplace_back("Authorization", "Bearer " + token_);
    }
    Flow<> on_stop() override { co_await client.post("/logout"); }

private:
    Flow<> buy() {
        const Group buying = group("buying");
        co_await client.get("/items", {.name = "items"});
        co_await sleep(500ms);
        const auto& answer = co_await client.post("/orders", {.body = "x"});
        if (!answer.body().contains("id")) answer.fail("an order without an id");
        count("orders");
        trend("answer_size", static_cast<double>(answer.body().size()), "bytes");
    }
    std::string token_;
};

TEST(User, IsDescribedByItsClass) {
    const UserKind kind = user<Shopper>();
    EXPECT_EQ(kind.name, "Shopper");
    EXPECT_EQ(kind.weight, 3);
    EXPECT_EQ(kind.tasks.at(0).name, "buy");
}

TEST(User, StartsThenRunsItsTasksAndWaitsBetweenThem) {
    Stage stage(user<Shopper>());
    ASSERT_EQ(stage.step(), Kind::request);
    EXPECT_EQ(stage.line(), "POST /login");
    EXPECT_THAT(stage.bytes(), HasSubstr("Content-Type: application/json\r\n"));
    stage.answer(200, R"({"token":"t7"})");
    ASSERT_EQ(stage.step(), Kind::request);
    EXPECT_EQ(stage.line(), "GET /items");
    EXPECT_THAT(stage.bytes(), HasSubstr("Authorization: Bearer t7\r\n"));
    EXPECT_EQ(stage.name_of_task().name, "items");
    stage.answer(200);
    ASSERT_EQ(stage.step(), Kind::wait);
    EXPECT_EQ(stage.next_.wait_ns, 500'000'000);
    ASSERT_EQ(stage.step(), Kind::request);
    EXPECT_EQ(stage.line(), "POST /orders");
    stage.answer(200, R"({"id":1})");
    EXPECT_EQ(stage.attempt_.outcome, Outcome::ok);
    ASSERT_EQ(stage.step(), Kind::iteration_end);
    EXPECT_EQ(stage.next_.wait.low_s, 2);
    ASSERT_EQ(stage.step(), Kind::request);
    EXPECT_EQ(stage.line(), "GET /items");
}

TEST(User, JudgesAnAnswerBeforeItIsCounted) {
    Stage stage(user<Shopper>());
    stage.step();
    stage.answer(200);
    stage.step();
    stage.answer(200);
    stage.step();
    stage.step();
    stage.answer(200, "nothing");
    EXPECT_EQ(stage.attempt_.outcome, Outcome::validation);
    EXPECT_EQ(stage.attempt_.detail, "an order without an id");
    EXPECT_EQ(stage.delta("/orders", "POST").failures, 1);
}

TEST(User, AGroupIsTimedAsOneAndFailsWithItsRequests) {
    Stage stage(user<Shopper>());
    stage.step();
    stage.answer(200, "", "", 1'000'000);
    stage.step(1'000'000);
    stage.answer(200, "", "", 2'000'000);
    stage.step(2'000'000);
    stage.step(3'000'000);
    stage.answer(500, "", "", 5'000'000);
    const load::TaskDelta& group = stage.delta("buying", "GROUP");
    EXPECT_EQ(group.requests, 1);
    EXPECT_EQ(group.failures, 1);
    EXPECT_EQ(group.times.failed.max(), 4000);  // From 1 to 5 ms, in µs.
}

TEST(User, CountsItsOwnMetrics) {
    Stage stage(user<Shopper>());
    for (const char* body : {"", "", R"({"id":1})"}) {
        while (stage.step() != Kind::request) {
        }
        stage.answer(200, body);
    }
    ASSERT_EQ(stage.report().metrics.size(), 2u);
    EXPECT_EQ(stage.report().metrics[0].sum, 1);
    EXPECT_EQ(stage.report().metrics[1].values.max(), 8000);
}

TEST(User, GoesThroughItsStopAndLeavesNoGroupBehind) {
    Stage stage(user<Shopper>());
    stage.step();
    stage.answer(200);
    stage.step();
    stage.leave();
    ASSERT_EQ(stage.step(), Kind::request);
    EXPECT_EQ(stage.line(), "POST /logout");
    stage.answer(200);
    EXPECT_EQ(stage.step(), Kind::gone);
    EXPECT_EQ(stage.delta("buying", "GROUP").requests, 0);
}

TEST(User, OneThatNeverBeganJustLeaves) {
    Stage stage(user<Shopper>());
    stage.leave();
    EXPECT_EQ(stage.step(), Kind::gone);
}

class Troubled : public User {
public:
    static void describe(UserType<Troubled>& type) {
        type.task("a", &Troubled::first).task("b", &Troubled::second).task("c", &Troubled::third);
        type.sequential();
    }
    Flow<> first() {
        const auto& answer = co_await client.get("/1");
        if (answer.status() == 0) throw std::runtime_error(std::string(answer.error()));
    }
    Flow<int> helper() {
        co_await client.get("/2");
        co_return 7;
    }
    Flow<> second() {
        if (co_await helper() == 7) throw RescheduleTask();
    }
    Flow<> third() { co_await client.get("http://elsewhere/"); }
};

TEST(User, AnExceptionEndsTheTaskAndIsCounted) {
    Stage stage(user<Troubled>());
    stage.step();
    stage.fail(Outcome::connect, "Connection refused");
    ASSERT_EQ(stage.step(), Kind::iteration_end);
    ASSERT_EQ(stage.report().exceptions.size(), 1u);
    EXPECT_EQ(stage.report().exceptions[0].message, "Connection refused");
    // The next task goes on: flows within flows, and an end that is no failure.
    ASSERT_EQ(stage.step(), Kind::request);
    EXPECT_EQ(stage.line(), "GET /2");
    stage.answer(200);
    ASSERT_EQ(stage.step(), Kind::iteration_end);
    // A host that the load does not have.
    ASSERT_EQ(stage.step(), Kind::iteration_end);
    ASSERT_EQ(stage.report().exceptions.size(), 2u);
    EXPECT_THAT(stage.report().exceptions[1].message, HasSubstr("http://elsewhere"));
}

class Leaver : public User {
public:
    static void describe(UserType<Leaver>& type) { type.task("t", &Leaver::task); }
    Flow<> task() {
        co_await client.get("/x");
        throw StopUser();
    }
};

TEST(User, MayStopItself) {
    Stage stage(user<Leaver>());
    stage.step();
    stage.answer(200);
    EXPECT_EQ(stage.step(), Kind::gone);
}

class Walker : public User {
public:
    static void describe(UserType<Walker>& type) {
        type.task("a", &Walker::a).task("b", &Walker::b).transition("a", "b").transition("b", "b");
        type.wait(&Walker::longer_and_longer);
    }
    Duration longer_and_longer() { return std::chrono::seconds(++tasks_); }
    Flow<> a() { co_await client.get("/a"); }
    Flow<> b() { co_await client.get("/b"); }

private:
    int tasks_ = 0;
};

TEST(User, FollowsAMarkovChainFromItsFirstTask) {
    Stage stage(user<Walker>());
    std::vector<std::string> lines;
    for (int round = 0; round < 3; ++round) {
        while (stage.step() != Kind::request) {
        }
        lines.push_back(stage.line());
        stage.answer(200);
    }
    EXPECT_THAT(lines, ElementsAre("GET /a", "GET /b", "GET /b"));
    EXPECT_EQ(stage.next_.kind, Kind::request);
    ASSERT_EQ(stage.step(), Kind::iteration_end);
    EXPECT_EQ(stage.next_.wait.low_s, 3);
}

TEST(User, WhatMakesNoSenseIsSaidWhenItIsDescribed) {
    UserType<Walker> type("w");
    EXPECT_THROW(type.wait("soon"), std::invalid_argument);
    EXPECT_THROW(type.transition("a", "nowhere"), std::invalid_argument);
}

TEST(User, TagsChooseTasks) {
    std::vector<UserKind> kinds(1);
    kinds[0].tasks = {{"a", 1, {"x"}, {}}, {"b", 1, {"x", "slow"}, {}}, {"c", 1, {}, {}}};
    keep_tagged(kinds, {"x"}, {"slow"});
    ASSERT_EQ(kinds[0].tasks.size(), 1u);
    EXPECT_EQ(kinds[0].tasks[0].name, "a");
}

}  // namespace
}  // namespace mettle::scenario
