#include "mettle/scenario/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Read {
    Scenario scenario;
    Mistakes mistakes;
    std::string message;
};

Read read(std::string_view text) {
    ReadOptions options;
    options.environment = [](const std::string& name) { return name == "SET" ? "value" : nullptr; };
    options.read_file = [](const std::string& path) -> Result<std::string> {
        if (path == "dir/rows.csv") return "id,name\n7,anna\n8,bob\n";
        if (path == "dir/empty.csv") return "id,name\n";
        if (path == "dir/lines.jsonl") return "{\"id\":7,\"ok\":true}\n{\"id\":8}\n";
        if (path == "dir/part.bin") return std::string("\0\1", 2);
        if (path == "dir/self.yaml") return "include: a.yaml";
        if (path == "dir/base.yaml") return "variables: {size: 3}\nload: {users: 5}\n";
        if (path == "dir/bad.yaml") return "x: 1";
        return fail(Error::Kind::not_found, path + " cannot be read");
    };
    Read result;
    result.scenario = read_scenario(text, "dir/a.yaml", options, result.mistakes);
    result.message = result.mistakes.to_string();
    return result;
}

const RequestStep& request_of(const Scenario& scenario, std::size_t task = 0,
                              std::size_t step = 0) {
    return std::get<RequestStep>(scenario.users.at(0).set.tasks.at(task).steps.at(step).what);
}

TEST(Reader, TheShortestScenarioIsOneLine) {
    const Read short_one = read("tasks: {browse: get /items}");
    ASSERT_EQ(short_one.message, "");
    ASSERT_EQ(short_one.scenario.users.size(), 1U);
    EXPECT_EQ(short_one.scenario.users[0].set.tasks[0].name, "browse");
    EXPECT_EQ(request_of(short_one.scenario).method, "GET");
    EXPECT_EQ(request_of(short_one.scenario).target.text(), "/items");
}

TEST(Reader, ReadsClassesWithTheirTasks) {
    const Read whole = read(R"(
target: http://127.0.0.1:8000
load: {users: 20, spawn_rate: 5, run_time: 30s}
variables: {size: 3, who: "${env:SET}", word: "${env:UNSET:-anna}"}
data: {rows: {file: rows.csv, order: random}}
users:
  Shopper:
    weight: 3
    wait: 1s..3s
    on_start:
      - post: /login
        json: {user: "${rows.name}", n: "${size}", deep: [1, "two", null, true]}
        extract: {token: json:/token}
    tasks:
      browse: {weight: 3, tags: [a], get: "/items/${rows.id}", name: "/items/[id]"}
      checkout:
        - get: /cart
          headers: {Authorization: "Bearer ${token}"}
          checks: [{status: [200, 3xx]}, latency < 200ms]
        - wait 1s
        - group: pay
          steps: [post /pay, {repeat: {until: json:/done, limit: 5, every: 10ms}, steps: get /x}]
  Admin: {fixed_count: 1, tasks: {look: get /admin}}
fail_if: [p99>500ms]
)");
    ASSERT_EQ(whole.message, "");
    const Scenario& scenario = whole.scenario;
    EXPECT_EQ(scenario.load.users, 20);
    EXPECT_EQ(scenario.data.at(0).rows, 2U);
    ASSERT_EQ(scenario.users.size(), 2U);
    EXPECT_EQ(scenario.users[1].fixed_count, 1);
    const UserSpec& shopper = scenario.users[0];
    EXPECT_EQ(shopper.weight, 3);
    EXPECT_EQ(shopper.set.wait->to_string(), "1s..3s");
    EXPECT_THAT(shopper.set.tasks[0].tags, ElementsAre("a"));
    EXPECT_EQ(request_of(scenario).name, "/items/[id]");
    EXPECT_EQ(shopper.set.tasks[1].steps.size(), 3U);
    EXPECT_EQ(request_of(scenario, 1).checks.size(), 2U);
    EXPECT_EQ(scenario.fail_if.size(), 1U);
}

TEST(Reader, BodiesHaveTheirTypes) {
    const Read bodies = read(R"(
variables: {x: a b}
tasks:
  - post: /json
    json: {n: 1.50, text: "1.50", null: ~, list: [yes, "${x}", "say ${x}"]}
  - post: /text
    json: '{"a": 1}'
  - post: /form
    form: {"a b": "c&d", e: 5}
  - put: /file
    body_file: part.bin
  - patch: /search
    params: {q: "x y", page: [1, 2]}
    body: hello
)");
    ASSERT_EQ(bodies.message, "");
    const auto body = [&](std::size_t index) -> const Template& {
        return request_of(bodies.scenario, index).body;
    };
    EXPECT_EQ(body(0).parts()[0].literal, R"({"n":1.50,"text":"1.50","null":null,"list":["yes",)");
    EXPECT_EQ(body(1).text(), R"({"a": 1})");
    EXPECT_EQ(body(2).text(), "a%20b=c%26d&e=5");
    EXPECT_EQ(body(3).text().size(), 2U);
    EXPECT_EQ(request_of(bodies.scenario, 4).target.text(), "/search?q=x%20y&page=1&page=2");
    EXPECT_EQ(request_of(bodies.scenario, 4).name, "/search");
    EXPECT_EQ(request_of(bodies.scenario, 2).content_type, "application/x-www-form-urlencoded");
}

TEST(Reader, IncludesWhatOthersSayFirst) {
    const Read with = read("include: base.yaml\nload: {rate: 50}\ntasks: {a: 'get /${size}'}");
    ASSERT_EQ(with.message, "");
    EXPECT_EQ(with.scenario.load.users, 5);
    EXPECT_EQ(with.scenario.variables.size(), 1U);
}

TEST(Reader, StagesHaveShapes) {
    const Read stages = read(R"(
load:
  stages:
    - {duration: 10s, users: 50, name: ramp}
    - {duration: 20s}
    - spike: {users: 500, duration: 5s}
    - sine: {users: 50, amplitude: 20, period: 10s, duration: 20s}
tasks: {a: get /}
)");
    ASSERT_EQ(stages.message, "");
    const load::LoadShape& shape = *stages.scenario.load.stages;
    EXPECT_EQ(shape.length(), std::chrono::seconds(55));
    EXPECT_EQ(shape.largest(), 500);
    EXPECT_DOUBLE_EQ(shape.value_at(std::chrono::seconds(5)), 25);
    EXPECT_FALSE(stages.scenario.load.stages_are_rates);
}

struct Wrong {
    const char* text;
    const char* place;  // line:column
    const char* message;
};

TEST(Reader, SaysWhatIsWrongAndWhere) {
    const Wrong cases[] = {
        {"", "1:1", "nothing in the file"},
        {"[1]", "1:1", "a map"},
        {"tasks: {a: get /}\nuser: {}", "2:1", "did you mean 'users'"},
        {"users:\n  A:\n    weigth: 3\n    tasks: {a: get /}", "3:5", "did you mean 'weight'"},
        {"users:\n  A:\n    weight: lots\n    tasks: {a: get /}", "3:13", "number"},
        {"users:\n  A:\n    weight: 0\n    tasks: {a: get /}", "2:3", "weight 0"},
        {"tasks:\n  a: {weight: 0, get: /}\n  b: {weight: 0, get: /}", "2:3", "weight 0"},
        {"users: {A: {weight: 1}}", "1:9", "has no tasks"},
        {"tasks:\n  a: get items", "2:10", "begins with '/'"},
        {"tasks:\n  a: fetch /items", "2:6", "there is no step"},
        {"tasks:\n  a:\n    - gett: /items", "3:7", "did you mean 'get'"},
        {"tasks:\n  a:\n    - get: /items\n      chekcs: []", "4:7", "did you mean 'checks'"},
        {"tasks: {a: 'get /${id}'}", "1:20", "there is no variable 'id'"},
        {"variables: {idd: 1}\ntasks:\n  a: get /${id}", "3:13", "did you mean 'idd'"},
        {"tasks:\n  a: get /${1 +}", "3:1", ""},
        {"tasks:\n  a:\n    - if: status = 200\n      then: get /", "3:18", "write =="},
        {"tasks:\n  a:\n    - get: /\n      checks: [latency < 200]", "4:24", "200ms"},
        {"data: {rows: none.csv}\ntasks: {a: get /}", "1:14", "cannot be read"},
        {"data: {rows: empty.csv}\ntasks: {a: get /}", "1:14", "empty.csv"},
        {"data: {rows: rows.csv}\ntasks:\n  a: get /${rows.nam}", "3:13", "did you mean 'name'"},
        {"tasks:\n  a: get /${rows.id}", "2:13", "there is no data 'rows'"},
        {"tasks: {a: 'get /${env:NONE}'}", "1:20", "no variable NONE"},
        {"x-a: &a [*a]\ntasks: {a: get /}", "1:10", "cycle"},
        {"include: none.yaml\ntasks: {a: get /}", "1:10", "cannot be read"},
        {"tasks: {a: get /}\ntasks: {b: get /}", "2:1", "stands twice"},
        {"tasks: {a: get /", "1:1", "YAML"},
        {"variables: {a: ${b}}\ntasks: {a: get /}", "1:17", "needs quotes"},
        {"load: {stages: [{users: 5}]}\ntasks: {a: get /}", "1:17", "never ends"},
        {"load: {stages: '0s:5'}\ntasks: {a: get /}", "1:16", "no length"},
        {"load: {users: 5, rate: 5}\ntasks: {a: get /}", "1:18", "exclude each other"},
        {"load: {run_time: soon}\ntasks: {a: get /}", "1:18", "run_time"},
        {"tasks:\n  a: [interrupt]", "2:7", "nested set"},
        {"tasks:\n  a: {get: /, post: /}", "2:15", "two steps"},
        {"tasks:\n  a: {post: /, json: {}, form: {}}", "2:26", "exclude each other"},
        {"tasks:\n  a: {post: /, json: '{x'}", "2:22", "no JSON"},
        {"markov: {a: c}\ntasks: {a: get /}", "1:13", "there is no task 'c'"},
        {"markov: {}\ntasks: {a: get /}", "2:9", "what follows on 'a'"},
        {"fail_if: [p98>1]\ntasks: {a: get /}", "1:11", "unit"},
        {"fail_if: [ordrs>1]\ntasks: [{metric: orders}]", "1:11", "did you mean 'orders'"},
        {"tasks:\n  a:\n    - repeat: {limit: 3}\n      steps: get /", "3:15", "either 'times"},
        {"tasks:\n  a: {get: /, extract: {status: json:/x}}", "2:25", "choose another name"},
        {"tasks:\n  a: {get: /, extract: {x: 'regex:('}}", "2:28", "regular expression"},
        {"tasks:\n  a: {get: /, headers: {'X Y': 1}}", "2:25", "no header's name"},
        {"target: ftp://x\ntasks: {a: get /}", "1:9", ""},
        {"tasks:\n  a: [{wait: pacing:1s}]", "2:14", "between tasks"},
        {"tasks:\n  a: [{metric: m, kind: gauge}]", "2:25", "counter, rate or trend"},
        {"---\ntasks: {a: get /}\n---\nx: 1", "4:1", "second document"},
    };
    for (const Wrong& wrong : cases) {
        const Read result = read(wrong.text);
        if (std::string_view(wrong.text).contains("${1 +}")) {
            EXPECT_THAT(result.message, HasSubstr("dir/a.yaml:2:16: a value is missing"));
            continue;
        }
        EXPECT_THAT(result.message, HasSubstr(std::string("dir/a.yaml:") + wrong.place + ": "))
            << wrong.text;
        EXPECT_THAT(result.message, HasSubstr(wrong.message)) << wrong.text;
    }
}

TEST(Reader, AMistakeOfAnIncludedFileStandsThere) {
    EXPECT_THAT(read("include: self.yaml\ntasks: {a: get /}").message,
                StartsWith("dir/self.yaml:1:10: dir/a.yaml includes itself: dir/a.yaml -> "));
    EXPECT_THAT(read("include: bad.yaml\ntasks: {a: get /}").message,
                StartsWith("dir/bad.yaml:1:1: an included file has no key 'x'"));
}

TEST(Reader, SaysSeveralMistakesAtOnceByPlace) {
    const std::string message =
        read("load: {users: none}\ntasks:\n  a: get items\n  b: {get: /, name: [x]}").message;
    EXPECT_THAT(message, HasSubstr("dir/a.yaml:1:15: "));
    EXPECT_THAT(message, HasSubstr("\ndir/a.yaml:3:10: "));
    EXPECT_THAT(message, HasSubstr("\ndir/a.yaml:4:21: "));
}

TEST(Reader, SaysTwentyMistakesAndCountsTheRest) {
    std::string text = "tasks:\n";
    for (int task = 0; task < 25; ++task) text += "  t" + std::to_string(task) + ": get x\n";
    const Read result = read(text);
    EXPECT_EQ(result.mistakes.size(), 25U);
    EXPECT_THAT(result.message, HasSubstr("\nand 5 more"));
}

TEST(Reader, AliasesCannotBlowUp) {
    std::string text = "x-0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n";
    for (int level = 1; level < 10; ++level) {
        text += "x-" + std::to_string(level) + ": &a" + std::to_string(level) + " [";
        for (int copy = 0; copy < 10; ++copy)
            text += (copy ? ", *a" : "*a") + std::to_string(level - 1);
        text += "]\n";
    }
    EXPECT_THAT(read(text + "tasks: {a: get /}").message, HasSubstr("more than 200000 values"));
    std::string deep(70, '[');
    EXPECT_THAT(read("x-a: " + deep).message, HasSubstr("nested more than 64 deep"));
}

TEST(Reader, VariablesOfOneClassAreNotThoseOfAnother) {
    const char* text = R"(
users:
  A: {tasks: {a: {get: /, extract: {token: json:/t}}}}
  B: {tasks: {b: "get /${token}"}}
)";
    EXPECT_THAT(read(text).message, HasSubstr("only users of A have it"));
}

TEST(Reader, AVariableWithinACheckIsMissedOnce) {
    const Read result =
        read("tasks:\n  - {get: /, checks: {body_contains: 'x ${y}', json: {/a: '${z}'}}}");
    EXPECT_EQ(result.mistakes.size(), 2U) << result.message;
    EXPECT_THAT(result.message, HasSubstr("dir/a.yaml:2:43: there is no variable 'y'"));
}

TEST(Reader, WhatSetupExtractsIsForAll) {
    const char* text = R"(
setup: [{post: /login, extract: {token: json:/t}}]
users:
  B: {tasks: {b: "get /${token}"}}
)";
    EXPECT_EQ(read(text).message, "");
}

}  // namespace
}  // namespace mettle::scenario
