#include "mettle/load/names.hpp"
#include "mettle/scenario/reader.hpp"
#include "mettle/scenario/script_user.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

namespace mettle::scenario {
namespace {

using load::Attempt;
using load::Next;
using load::Outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = load::Next::Kind;

constexpr std::int64_t kSecond = 1'000'000'000;

// Runs users of a scenario on made-up moments.
class Stage {
public:
    explicit Stage(const std::string& text, const std::vector<std::string>& tags = {},
                   const std::vector<std::string>& excluded = {}) {
        Mistakes mistakes;
        ReadOptions options;
        options.read_file = [](const std::string&) -> Result<std::string> {
            return "id,name\n7,anna\n8,bob & co\n";
        };
        auto scenario =
            std::make_shared<const Scenario>(read_scenario(text, "a.yaml", options, mistakes));
        EXPECT_EQ(mistakes.to_string(), "");
        ScriptOptions how;
        how.target = http::parse_url("http://a:1").value();
        how.tags = tags;
        how.excluded_tags = excluded;
        const auto script = compile_script(std::move(scenario), how, names_, warnings);
        EXPECT_TRUE(script) << script.error().message;
        script_ = *script;
        begin_user(0);
    }

    void begin_user(std::uint64_t number) {
        user_ = std::make_unique<ScriptUser>(bench_, *script_, load::UserPlace{number, 0, 0}, 1);
    }
    Kind step(std::int64_t now_ns = 0) {
        next_ = user_->next(attempt_, now_ns);
        return next_.kind;
    }
    std::string bytes() const { return std::string(attempt_.made->bytes); }
    std::string line() const { return bytes().substr(0, bytes().find(" HTTP")); }
    std::string body() const { return bytes().substr(bytes().find("\r\n\r\n") + 4); }
    // The next request's line, over the ends of iterations; or "gone", "wait".
    std::string next_line(std::int64_t now_ns = 0) {
        for (int round = 0; round < 10; ++round) {
            const Kind kind = step(now_ns);
            if (kind == Kind::request) return line();
            if (kind == Kind::gone) return "gone";
            if (kind == Kind::wait) return "wait";
        }
        return "nothing";
    }
    void answer(int status, std::string_view body = "", std::string head = "",
                std::int64_t now_ns = 0) {
        attempt_.outcome = status < 400 ? Outcome::ok : Outcome::status;
        attempt_.detail = {};
        attempt_.sent_ns = 0;
        attempt_.done_ns = now_ns;
        head = "HTTP/1.1 200 OK\r\n" + head;
        attempt_.reader->on_answer(attempt_, {status, head, body});
        recorder_.record(attempt_);
    }
    void no_answer(Outcome outcome) {
        attempt_.outcome = outcome;
        attempt_.detail = "broken";
    }
    // Lines of requests, each answered with `body`.
    std::vector<std::string> lines(int count, std::string_view body = "{}") {
        std::vector<std::string> lines;
        for (int index = 0; index < count; ++index) {
            lines.push_back(next_line());
            if (lines.back() == "gone") break;
            if (lines.back() != "wait") answer(200, body);
        }
        return lines;
    }
    std::string exception() {
        const auto& list = recorder_.report().exceptions;
        return list.empty() ? "" : list.front().message;
    }
    const load::TaskDelta& delta(std::string_view name, std::string_view method,
                                 bool transaction = false) {
        return recorder_.report().tasks.at(names_.task(name, method, transaction));
    }
    void leave() { user_->leave(); }

    std::vector<std::string> warnings;
    Attempt attempt_;
    Next next_;
    load::Names names_;
    load::Recorder recorder_{0, {}};
    std::shared_ptr<const Script> script_;
    std::unique_ptr<ScriptUser> user_;
    Workbench bench_{recorder_};
};

TEST(Script, StartsThenRunsTasksAndWaitsBetweenThem) {
    Stage stage(R"(
users:
  Shopper:
    wait: 2s
    on_start: [{post: /login, json: {u: 1}, extract: {token: json:/token}}]
    on_stop: [post /logout]
    tasks: {look: {get: /items, headers: {Authorization: "Bearer ${token}"}}}
)");
    EXPECT_EQ(stage.next_line(), "POST /login");
    EXPECT_THAT(stage.bytes(), HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_EQ(stage.body(), R"({"u":1})");
    stage.answer(200, R"({"token":"t7"})");
    EXPECT_EQ(stage.next_line(), "GET /items");
    EXPECT_THAT(stage.bytes(), HasSubstr("Authorization: Bearer t7\r\n"));
    stage.answer(200);
    ASSERT_EQ(stage.step(), Kind::iteration_end);
    EXPECT_EQ(stage.next_.wait.low_s, 2);
    stage.leave();
    EXPECT_EQ(stage.next_line(), "POST /logout");
    stage.answer(200);
    EXPECT_EQ(stage.next_line(), "gone");
}

TEST(Script, WhatIsKnownBeforehandIsSentAsReadyBytes) {
    Stage stage("tasks: [get /a]");
    ASSERT_EQ(stage.next_line(), "GET /a");
    const char* const first = stage.attempt_.made->bytes.data();
    stage.answer(200);
    stage.begin_user(1);
    stage.next_line();
    EXPECT_EQ(stage.attempt_.made->bytes.data(), first);
}

TEST(Script, AUserWithACookieSendsItsOwn) {
    Stage stage("tasks: [get /a]");
    stage.next_line();
    stage.answer(200, "", "Set-Cookie: s=1\r\n");
    stage.next_line();
    EXPECT_THAT(stage.bytes(), HasSubstr("Cookie: s=1\r\n"));
}

TEST(Script, ChoosesTasksByWeight) {
    Stage stage("tasks: {a: {weight: 3, get: /a}, b: get /b, never: {weight: 0, get: /n}}");
    std::map<std::string, int> seen;
    for (const std::string& line : stage.lines(2000)) ++seen[line];
    EXPECT_EQ(seen.size(), 2U);
    EXPECT_NEAR(seen["GET /a"], 1500, 90);
}

TEST(Script, RunsTasksInOrderOrAsAChain) {
    Stage sequential("sequential: true\ntasks: [get /a, get /b, get /c]");
    EXPECT_THAT(sequential.lines(4), ElementsAre("GET /a", "GET /b", "GET /c", "GET /a"));
    Stage chain("markov: {a: b, b: [c], c: {a: 1}}\ntasks: {a: get /a, b: get /b, c: get /c}");
    EXPECT_THAT(chain.lines(4), ElementsAre("GET /a", "GET /b", "GET /c", "GET /a"));
}

TEST(Script, ANestedSetRunsUntilItIsInterrupted) {
    Stage stage(R"(
sequential: true
tasks:
  in:
    sequential: true
    on_start: [get /enter]
    on_stop: [get /exit]
    tasks: {x: get /x, y: get /y, out: [interrupt]}
  after: get /after
)");
    EXPECT_THAT(stage.lines(6), ElementsAre("GET /enter", "GET /x", "GET /y", "GET /exit",
                                            "GET /after", "GET /enter"));
}

TEST(Script, WhoLeavesWithinANestedSetStopsBoth) {
    Stage stage(R"(
on_stop: [get /outer]
tasks: {in: {on_stop: [get /inner], tasks: {x: get /x}}}
)");
    stage.lines(1);
    stage.leave();
    EXPECT_THAT(stage.lines(3), ElementsAre("GET /inner", "GET /outer", "gone"));
}

TEST(Script, TagsPickTasksAndExclusionWins) {
    const char* text = R"(
users:
  A: {tasks: {x: {tags: [t, slow], get: /x}, y: {tags: t, get: /y}, z: get /z}}
  B: {tasks: {w: get /w}}
)";
    Stage stage(text, {"t"}, {"slow"});
    EXPECT_THAT(stage.lines(3), ElementsAre("GET /y", "GET /y", "GET /y"));
    EXPECT_THAT(stage.warnings, ElementsAre(HasSubstr("class B has no task with these tags")));
}

TEST(Script, PollsUntilAndTimesItAsAGroup) {
    Stage stage(R"(
tasks:
  job:
    - group: job
      steps:
        - {post: /jobs, extract: {id: json:/id}}
        - repeat: {until: 'json:/state == "done"', limit: 5, every: 500ms}
          steps: [{get: "/jobs/${id}", name: poll}]
        - get /result
)");
    ASSERT_EQ(stage.step(kSecond), Kind::request);
    stage.answer(200, R"({"id":12345678901234567890})");
    ASSERT_EQ(stage.step(kSecond), Kind::request);
    EXPECT_EQ(stage.line(), "GET /jobs/12345678901234567890");
    stage.answer(200, R"({"state":"busy"})");
    ASSERT_EQ(stage.step(kSecond), Kind::wait);
    EXPECT_EQ(stage.next_.wait_ns, kSecond / 2);
    EXPECT_EQ(stage.next_line(2 * kSecond), "GET /jobs/12345678901234567890");
    stage.answer(200, R"({"state":"done"})");
    EXPECT_EQ(stage.next_line(2 * kSecond), "GET /result");
    stage.answer(200);
    ASSERT_EQ(stage.step(3 * kSecond), Kind::iteration_end);
    EXPECT_EQ(stage.delta("job", "GROUP", true).requests, 1U);
    EXPECT_EQ(stage.delta("job", "GROUP", true).failures, 0U);
    EXPECT_EQ(stage.delta("poll", "GET").requests, 2U);
}

TEST(Script, WhatIsNotDoneWithinItsLimitFailsItsGroup) {
    Stage stage(R"(
tasks: [{group: g, steps: [{repeat: {until: status == 201, limit: 2}, steps: [get /x]}]}]
)");
    stage.lines(2);
    ASSERT_EQ(stage.step(), Kind::iteration_end);
    EXPECT_EQ(stage.delta("g", "GROUP", true).failures, 1U);
    EXPECT_THAT(stage.exception(), HasSubstr("not 'status == 201' within 2 rounds"));
}

TEST(Script, ChecksJudgeAnAnswer) {
    Stage stage(R"(
tasks:
  - get: /a
    checks:
      - {status: [2xx, 404]}
      - body_contains: ok
      - json: {/n: 3, /s: x}
      - header: {Content-Type: json}
      - latency < 100ms
      - {expression: "json:/n > 2", name: n is large}
)");
    const auto outcome = [&](int status, std::string_view body, std::int64_t ms = 1) {
        stage.next_line();
        stage.answer(status, body, "Content-Type: application/json\r\n", ms * 1'000'000);
        return stage.attempt_.outcome == Outcome::ok ? "ok" : std::string(stage.attempt_.detail);
    };
    EXPECT_EQ(outcome(200, R"({"n":3,"s":"x","ok":1})"), "ok");
    EXPECT_EQ(outcome(404, R"({"n":3,"s":"x","ok":1})"), "ok");
    EXPECT_EQ(outcome(302, "ok"), "status 302, not 2xx or 404");
    EXPECT_EQ(outcome(500, "ok"), "");
    EXPECT_EQ(stage.attempt_.outcome, Outcome::status);
    EXPECT_EQ(outcome(200, "none"), "check failed: body contains 'ok'");
    EXPECT_EQ(outcome(200, R"({"n":4,"ok":1})"), "check failed: json /n is 3; it was 4");
    EXPECT_EQ(outcome(200, R"({"n":3,"s":"x","ok":1})", 200), "check failed: latency < 100ms");
}

TEST(Script, ExtractsFromBodiesHeadersAndCookies) {
    const char* text = R"yaml(
sequential: true
tasks:
  - get: /a
    extract:
      a: /items/1/id
      b: header:X-Id
      c: 'regex:nm=(\w+)'
      d: cookie:s
      e: {from: json:/none, default: fallback}
      f: status + 1
  - get: "/${a}/${b}/${c}/${d}/${e}/${f}"
)yaml";
    const char* head = "X-Id: h\r\nSet-Cookie: s=sid\r\n";
    Stage stage(text);
    stage.next_line();
    stage.answer(200, R"({"items":[{},{"id":5}],"x":"nm=n1"})", head);
    EXPECT_EQ(stage.next_line(), "GET /5/h/n1/sid/fallback/201");
    Stage other(text);
    other.next_line();
    other.answer(200, "no JSON", head);
    EXPECT_EQ(other.attempt_.outcome, Outcome::validation);
    EXPECT_EQ(other.attempt_.detail, "nothing to extract at /items/1/id");
}

TEST(Script, WhatHasNoValueEndsTheTaskAndIsCounted) {
    Stage stage(R"(
sequential: true
tasks:
  a: {get: /a, extract: {id: json:/id}}
  b: ["get /${id}", get /more]
)");
    stage.next_line();
    stage.answer(500);
    ASSERT_EQ(stage.step(), Kind::iteration_end);
    ASSERT_EQ(stage.step(), Kind::iteration_end);
    EXPECT_EQ(stage.exception(), "b: GET /${id}: ${id} has no value");
    EXPECT_EQ(stage.next_line(), "GET /a");
}

TEST(Script, RowsOfDataGoRoundAmongUsersAndAreEncoded) {
    Stage stage(R"(
data: {rows: rows.csv}
tasks: [{post: "/${rows.id}", params: {q: "${rows.name}"}, name: r, json: {id: "${rows.id}"}}]
)");
    EXPECT_EQ(stage.next_line(), "POST /7?q=anna");
    EXPECT_EQ(stage.body(), R"({"id":7})");
    stage.answer(200);
    EXPECT_EQ(stage.next_line(), "POST /8?q=bob%20%26%20co");
    stage.begin_user(1);
    EXPECT_EQ(stage.next_line(), "POST /7?q=anna");
}

TEST(Script, WhoFindsNoRowLeftLeaves) {
    Stage stage(R"(
data: {rows: {file: rows.csv, order: once}}
on_stop: [get /bye]
tasks: ["get /${rows.id}"]
)");
    EXPECT_THAT(stage.lines(9), ElementsAre("GET /7", "GET /8", "GET /bye", "gone"));
    EXPECT_EQ(stage.exception(), "");
}

TEST(Script, GoesThroughAllRowsAndBranches) {
    Stage stage(R"(
data: {rows: {file: rows.csv, order: per_user}}
tasks:
  - for_each: rows
    steps:
      - if: rows.id == 7
        then: get /seven
        else: ["get /other/${rows.id}"]
  )");
    EXPECT_THAT(stage.lines(3), ElementsAre("GET /seven", "GET /other/8", "GET /seven"));
}

TEST(Script, SetsVariablesAndMeasures) {
    Stage stage(R"(
variables: {n: 1}
tasks:
  - steps:
      - repeat: 3
        steps: [{set: {n: "${n * 2}"}}]
      - {get: "/${n}", name: n}
      - metric: orders
      - {metric: hit, kind: rate, value: header:X-Cache == "HIT"}
      - {metric: size, kind: trend, value: length(body), unit: bytes}
)");
    EXPECT_EQ(stage.next_line(), "GET /8");
    stage.answer(200, "12345", "X-Cache: HIT\r\n");
    EXPECT_EQ(stage.next_line(), "GET /64");
    const auto& metrics = stage.recorder_.report().metrics;
    ASSERT_EQ(metrics.size(), 3U);
    EXPECT_EQ(metrics[0].sum, 1);
    EXPECT_EQ(metrics[1].sum, 1);
    EXPECT_EQ(metrics[2].sum, 5);
}

TEST(Script, HeadersOfAUserAreThoseOfAllItsFurtherRequests) {
    Stage stage(R"(
on_start:
  - {post: /login, extract: {token: /token}}
  - set_headers: {Authorization: "Bearer ${token}"}
tasks: [get /me]
)");
    stage.next_line();
    EXPECT_THAT(stage.bytes(), Not(HasSubstr("Authorization")));
    stage.answer(200, R"({"token":"t1"})");
    EXPECT_EQ(stage.next_line(), "GET /me");
    EXPECT_THAT(stage.bytes(), HasSubstr("Authorization: Bearer t1\r\n"));
}

TEST(Script, StoppingWithinOnStopEndsThatAlone) {
    Stage stage(R"(
data: {rows: {file: rows.csv, order: once}}
on_stop: [get /bye, stop_user, get /never]
tasks: {in: {on_stop: ["get /${rows.id}", interrupt], tasks: {out: [interrupt]}}}
)");
    EXPECT_THAT(stage.lines(4), ElementsAre("GET /7", "GET /8", "GET /bye", "gone"));
}

TEST(Script, PlainValuesHaveTheirTypesAndQuotedOnesAreTexts) {
    Stage stage(R"(
variables: {n: 3, t: "3", f: false, z: ~}
on_start: [{set: {g: false, h: true}}]
tasks:
  - steps:
      - if: f or g or not h or z != null
        then: get /wrong
      - {post: /x, json: {n: "${n}", t: "${t}", f: "${f}", big: 12345678901234567890}}
)");
    EXPECT_EQ(stage.next_line(), "POST /x");
    EXPECT_EQ(stage.body(), R"({"n":3,"t":"3","f":false,"big":12345678901234567890})");
}

TEST(Script, BasicAuthenticationIsEncoded) {
    Stage stage(R"(
sequential: true
on_start: [{set: {who: anna}}]
tasks:
  - {get: /a, auth: {basic: {user: anna, password: secret}}}
  - {get: /b, auth: {basic: {user: "${who}", password: secret}}}
)");
    for (const char* line : {"GET /a", "GET /b"}) {
        EXPECT_EQ(stage.next_line(), line);
        EXPECT_THAT(stage.bytes(), HasSubstr("Authorization: Basic YW5uYTpzZWNyZXQ=\r\n"));
        stage.answer(200);
    }
}

TEST(Script, StopsItsUser) {
    Stage stage("on_stop: [get /bye]\ntasks: {a: [get /a, {if: status == 401, then: stop_user}]}");
    stage.next_line();
    stage.answer(200);
    stage.next_line();
    stage.answer(401);
    EXPECT_THAT(stage.lines(2), ElementsAre("GET /bye", "gone"));
}

TEST(Script, AMissingAnswerLeavesNothingToAskAbout) {
    Stage stage("tasks: {a: [get /a, {if: 'status == 0 and json:/x == null', then: get /none}]}");
    stage.next_line();
    stage.answer(200, R"({"x":1})");
    stage.next_line();
    stage.no_answer(Outcome::timeout);
    EXPECT_EQ(stage.next_line(), "GET /none");
}

TEST(Script, AValueCannotEndItsLine) {
    Stage stage(R"(
variables: {x: "a b\r\nX-Evil: 1"}
tasks: [{get: "/${x}", name: x, headers: {X-Good: "${x}"}}]
)");
    EXPECT_EQ(stage.next_line(), "GET /a%20b%0D%0AX-Evil:%201");
    EXPECT_THAT(stage.bytes(), HasSubstr("X-Good: a b  X-Evil: 1\r\n"));
    EXPECT_THAT(stage.bytes(), Not(HasSubstr("\r\nX-Evil")));
}

TEST(Script, ALoopWithoutARequestLetsOthersRun) {
    Stage stage("tasks: [{repeat: 1000000, steps: [{set: {x: 1}}]}]");
    EXPECT_EQ(stage.step(), Kind::wait);
    EXPECT_EQ(stage.next_.wait_ns, 0);
}

TEST(Script, AnArrivalDecidesWhatIsRandomInIt) {
    Stage stage("tasks: ['get /${random.int(1, 1000000)}']");
    const auto line_of = [&](std::uint64_t user, std::uint64_t arrival) {
        stage.begin_user(user);
        stage.user_->arrive(arrival);
        return stage.next_line();
    };
    EXPECT_EQ(line_of(0, 5), line_of(9, 5));
    EXPECT_NE(line_of(0, 5), line_of(0, 6));
}

}  // namespace
}  // namespace mettle::scenario
