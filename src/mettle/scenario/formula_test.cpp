#include "mettle/scenario/formula.hpp"

#include "mettle/scenario/text_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace mettle::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// A user with variables by number, in front of an answer.
class Scene final : public Surroundings {
public:
    Value variable(std::uint32_t number) override { return variables.at(number).value(); }
    Value column(std::uint32_t) override { return Value::of_digits("007"); }
    Value answer(AnswerPart part) override {
        switch (part) {
            case AnswerPart::status:
                return Value::of(201.0);
            case AnswerPart::latency:
                return Value::of(150.0);
            case AnswerPart::body:
                return Value::of(std::string_view("<a id=\"x7\">hello</a>"));
            case AnswerPart::events:
                return Value::of(3.0);
        }
        return {};
    }
    Value json(const std::string& pointer) override {
        if (pointer == "/n") return Value::of(3.0);
        if (pointer == "/big") return Value::of_digits("9007199254740993");
        if (pointer == "/state") return Value::of(std::string_view("done"));
        return {};
    }
    Value header(std::string_view name) override {
        return name == "X-Id" ? Value::of(std::string_view("abc")) : Value{};
    }
    Value cookie(std::string_view) override { return {}; }
    double own(UserPart part) override { return part == UserPart::user ? 4 : 9; }
    std::uint64_t counter() override { return ++count; }
    load::Random& random() override { return numbers; }
    std::string& scratch() override { return texts.emplace_back(); }

    std::map<std::uint32_t, KeptValue> variables;
    std::uint64_t count = 0;
    load::Random numbers{1};
    std::deque<std::string> texts;
};

const char* no_environment(const std::string& name) {
    return name == "TOKEN" ? "t0" : nullptr;
}

std::string evaluated(std::string_view source) {
    Symbols symbols;
    const auto formula = parse_formula(source, symbols, no_environment);
    if (!formula) return "error: " + formula.error().message;
    Scene scene;
    for (std::uint32_t number = 0; number < symbols.variables().size(); ++number) {
        const std::string& name = symbols.variables()[number];
        if (name == "none")
            scene.variables[number] = KeptValue();
        else if (name == "five")
            scene.variables[number] = KeptValue(Value::of(5.0));
        else
            scene.variables[number] = KeptValue(Value::of(std::string_view(name)));
    }
    std::string out;
    formula->evaluate(scene).append_json_to(out);
    return out;
}

TEST(Formula, Calculates) {
    EXPECT_EQ(evaluated("1 + 2 * 3"), "7");
    EXPECT_EQ(evaluated("(1 + 2) * 3 - -1"), "10");
    EXPECT_EQ(evaluated("7 % 4 / 2"), "1.5");
    EXPECT_EQ(evaluated("five + 1"), "6");
    EXPECT_EQ(evaluated("1 / 0"), "null");
    EXPECT_EQ(evaluated("none + 1"), "null");
    EXPECT_EQ(evaluated("'a' + 1 + \"b\""), "\"a1b\"");
}

TEST(Formula, ComparesLikeWithLike) {
    EXPECT_EQ(evaluated("status == 201"), "true");
    EXPECT_EQ(evaluated("latency < 200ms"), "true");
    EXPECT_EQ(evaluated("latency >= 0.15s"), "true");
    EXPECT_EQ(evaluated("json:/state == \"done\""), "true");
    EXPECT_EQ(evaluated("json:/n < five"), "true");
    EXPECT_EQ(evaluated("json:/missing == null"), "true");
    EXPECT_EQ(evaluated("json:/missing < 3"), "false");
    EXPECT_EQ(evaluated("rows.zip == 7"), "true");
    EXPECT_EQ(evaluated("json:/n == '3'"), "true");
}

TEST(Formula, NumbersBeyondADoubleKeepTheirDigits) {
    EXPECT_EQ(evaluated("json:/big"), "9007199254740993");
    EXPECT_EQ(evaluated("text(json:/big)"), "\"9007199254740993\"");
}

TEST(Formula, JoinsTruthsByTheirOrder) {
    EXPECT_EQ(evaluated("true or false and false"), "true");
    EXPECT_EQ(evaluated("not none and !(five > 6)"), "true");
    EXPECT_EQ(evaluated("status >= 200 && status < 300 || false"), "true");
}

TEST(Formula, AsksTheAnswer) {
    EXPECT_EQ(evaluated("body contains 'hello'"), "true");
    EXPECT_EQ(evaluated(R"(body matches "id=.x\d.")"), "true");
    EXPECT_EQ(evaluated(R"re(capture(body, 'id="(\w+)"'))re"), "\"x7\"");
    EXPECT_EQ(evaluated("capture(body, 'nothing')"), "null");
    EXPECT_EQ(evaluated("header:X-Id"), "\"abc\"");
    EXPECT_EQ(evaluated("header:X-None == null"), "true");
}

TEST(Formula, CallsFunctions) {
    EXPECT_EQ(evaluated("upper('abc') + length('four')"), "\"ABC4\"");
    EXPECT_EQ(evaluated("base64('anna:secret')"), "\"YW5uYTpzZWNyZXQ=\"");
    EXPECT_EQ(evaluated("or_else(none, 'x')"), "\"x\"");
    EXPECT_EQ(evaluated("number('1.50') + whole(2.9)"), "3.5");
    EXPECT_EQ(evaluated("random.int(3, 3)"), "3");
    EXPECT_THAT(evaluated("uuid()"),
                MatchesRegex("\"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-.{12}\""));
    EXPECT_EQ(evaluated("user * 10 + iteration"), "49");
    EXPECT_EQ(evaluated("env:TOKEN"), "\"t0\"");
}

TEST(Formula, RandomNumbersStayWithinTheirBounds) {
    Symbols symbols;
    const auto formula = parse_formula("random.int(1, 3)", symbols, no_environment);
    ASSERT_TRUE(formula);
    Scene scene;
    std::map<double, int> seen;
    for (int round = 0; round < 300; ++round) ++seen[formula->evaluate(scene).number];
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen.begin()->first, 1);
    for (const auto& [number, count] : seen) EXPECT_GT(count, 60) << number;
}

struct Wrong {
    const char* source;
    std::size_t at;
    const char* message;
};

TEST(Formula, SaysWhatIsWrongAndWhere) {
    const Wrong cases[] = {
        {"", 0, "missing"},
        {"1 +", 3, "a value is missing"},
        {"(1 + 2", 6, "')' is missing"},
        {"a = 1", 2, "write =="},
        {"1 < 2 < 3", 6, "use and"},
        {"latency < 200", 8, "200ms"},
        {"status == 'x'", 7, "a number is compared with a text"},
        {"'a' - 1", 4, "subtracted"},
        {"randm.int(1, 2)", 0, "did you mean 'random.int'"},
        {"random.int(1)", 0, "takes 2 values, not 1"},
        {"random.int(5, 1)", 0, "above"},
        {"random.int('a', 1)", 0, "takes numbers"},
        {"'open", 0, "has no end"},
        {"body matches '('", 13, "regular expression"},
        {"body matches five", 13, "in quotes"},
        {"json:a", 0, "json:/a"},
        {"jsn:/a", 0, "there are json:/pointer"},
        {"env:NONE", 0, "NONE"},
        {"1 2", 2, "not expected"},
        {"12parsecs", 0, "neither a number nor a time"},
        {"a.b.c", 0, "two points"},
        {"true < false", 5, "no order"},
        {"#", 0, "is no value"},
    };
    for (const Wrong& wrong : cases) {
        Symbols symbols;
        const auto formula = parse_formula(wrong.source, symbols, no_environment);
        ASSERT_FALSE(formula) << wrong.source;
        EXPECT_EQ(formula.error().at, wrong.at) << wrong.source;
        EXPECT_THAT(formula.error().message, HasSubstr(wrong.message)) << wrong.source;
    }
}

TEST(Formula, NestingIsBounded) {
    Symbols symbols;
    for (const char* unit : {"(", "-", "not ", "text("}) {
        std::string source;
        for (int depth = 0; depth < 5000; ++depth) source += unit;
        EXPECT_FALSE(parse_formula(source.substr(0, 16000) + "1", symbols, no_environment));
    }
}

std::string rendered(std::string_view source) {
    Symbols symbols;
    const auto text = parse_template(source, symbols, no_environment);
    if (!text) return "error: " + text.error().message;
    Scene scene;
    for (std::uint32_t number = 0; number < symbols.variables().size(); ++number)
        scene.variables[number] = symbols.variables()[number] == "none"
                                      ? KeptValue()
                                      : KeptValue(Value::of(std::string_view("v & \"w\"")));
    std::string out;
    if (const std::string* missing = text->render(scene, out)) return "missing: " + *missing;
    return out;
}

TEST(Template, PutsValuesIntoTheText) {
    EXPECT_EQ(rendered("plain"), "plain");
    EXPECT_EQ(rendered("/items/${rows.id}?n=${1 + 1}"), "/items/007?n=2");
    EXPECT_EQ(rendered("$${a} costs $5 {b}"), "${a} costs $5 {b}");
    EXPECT_EQ(rendered("${env:TOKEN}/${env:NONE:-fallback}"), "t0/fallback");
    EXPECT_EQ(rendered("${'}'}!"), "}!");
    EXPECT_EQ(rendered("a ${none}"), "missing: none");
    EXPECT_THAT(rendered("${env:NONE}"), HasSubstr("NONE"));
    EXPECT_THAT(rendered("a ${b"), HasSubstr("without a '}'"));
}

TEST(Template, EncodesWhatGoesIntoOtherTexts) {
    Symbols symbols;
    const Template inner = *parse_template("${x}", symbols, no_environment);
    Scene scene;
    scene.variables[0] = KeptValue(Value::of(std::string_view("v & \"w\"")));
    const auto encoded = [&](Encoding encoding) {
        Template outer;
        outer.append(inner, encoding);
        std::string out;
        outer.render(scene, out);
        return out;
    };
    EXPECT_EQ(encoded(Encoding::url), "v%20%26%20%22w%22");
    EXPECT_EQ(encoded(Encoding::json), R"("v & \"w\"")");
    EXPECT_EQ(encoded(Encoding::json_part), R"(v & \"w\")");
}

}  // namespace
}  // namespace mettle::scenario
