#include "mettle/payload/json_schema.hpp"

#include "mettle/payload/json_instance.hpp"
#include "mettle/payload/json_validator.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

namespace mettle::payload {
namespace {

using nlohmann::json;

JsonSchema schema_of(const char* text) {
    auto schema = parse_json_schema(text);
    EXPECT_TRUE(schema) << text << ": " << (schema ? "" : schema.error().message);
    return schema.value_or(JsonSchema{});
}

std::string error_of(const char* text) {
    const auto schema = parse_json_schema(text);
    return schema ? "none" : schema.error().message;
}

std::string flaw_of(const char* schema, const char* value,
                    Direction direction = Direction::answer) {
    return schema_flaw_of_text(schema_of(schema), value, direction).value_or("none");
}

struct Case {
    const char* schema;
    const char* value;
    const char* flaw;  // The beginning of it.
};

TEST(JsonValidator, SaysWhereAndWhat) {
    const Case cases[] = {
        {R"({"type":"integer"})", "3", "none"},
        {R"({"type":"integer"})", "3.0", "none"},
        {R"({"type":"integer"})", "3.5", "body: a number where an integer is documented"},
        {R"({"type":"number"})", "3", "none"},
        {R"({"type":["string","null"]})", "1",
         "body: an integer where null or a string is documented"},
        {R"({"type":"string","nullable":true})", "null", "none"},
        {R"({"minimum":0,"exclusiveMinimum":true})", "0", "body: not above 0"},
        {R"({"exclusiveMaximum":1})", "1", "body: not below 1"},
        {R"({"maximum":1})", "1.5", "body: above its maximum of 1"},
        {R"({"multipleOf":0.1})", "0.3", "none"},
        {R"({"multipleOf":0.1})", "0.35", "body: no multiple of 0.1"},
        {R"({"enum":["a","b"]})", "\"c\"", "body: not one of its 2 documented values"},
        {R"({"const":1})", "1.0", "none"},
        {R"({"minLength":2})", "\"\u00fc\"", "body: shorter than 2 characters"},
        {R"({"pattern":"^a+$"})", "\"ab\"", "body: does not match ^a+$"},
        {R"({"items":{"type":"number"}})", "[1,\"x\"]", "/1: a string where a number"},
        {R"({"prefixItems":[{"type":"string"}],"items":false})", "[\"a\",1]", "/1: nothing is"},
        {R"({"uniqueItems":true})", "[1,2,1]", "body: two equal elements"},
        {R"({"contains":{"const":5}})", "[1,2]", "body: no element is one"},
        {R"({"properties":{"a/b":{"type":"null"}}})", R"({"a/b":1})", "/a~1b: an integer where"},
        {R"({"required":["x"]})", "{}", "body: 'x' is missing"},
        {R"({"properties":{"x":{}},"additionalProperties":false})", R"({"y":1})",
         "body: 'y' is not documented"},
        {R"({"additionalProperties":{"type":"integer"}})", R"({"y":"1"})", "/y: a string where"},
        {R"({"anyOf":[{"type":"null"},{"properties":{"x":{"type":"integer"}},"type":"object"}]})",
         R"({"x":"1"})", "/x: a string where an integer is documented"},
        {R"({"oneOf":[{"type":"integer"},{"minimum":1}]})", "2", "body: fits several"},
        {R"({"not":{"type":"string"}})", "\"a\"", "body: what it is documented not to be"},
        {R"({"allOf":[{"required":["a"]},{"required":["b"]}]})", R"({"a":1})",
         "body: 'b' is missing"},
        {"{}", "{", "body: no JSON"},
        {"false", "1", "body: nothing is allowed here"},
    };
    for (const Case& each : cases)
        EXPECT_TRUE(flaw_of(each.schema, each.value).starts_with(each.flaw))
            << each.schema << " of " << each.value << ": " << flaw_of(each.schema, each.value);
}

TEST(JsonValidator, LeavesOutWhatDoesNotGoThatWay) {
    const char* schema = R"({"required":["id","secret"],"properties":{
        "id":{"type":"integer","readOnly":true},"secret":{"type":"string","writeOnly":true}}})";
    EXPECT_EQ(flaw_of(schema, R"({"id":1})"), "none");
    EXPECT_EQ(flaw_of(schema, R"({"id":1})", Direction::request), "body: 'secret' is missing");
    EXPECT_EQ(flaw_of(schema, R"({"secret":"a"})", Direction::request), "none");
}

TEST(JsonValidator, EndsWhereASchemaRefersToItself) {
    EXPECT_EQ(flaw_of(R"({"allOf":[{"$ref":"#"}]})", "1"), "none");
    const char* tree = R"({"type":"object","properties":{"kids":{"items":{"$ref":"#"}}}})";
    EXPECT_EQ(flaw_of(tree, R"({"kids":[{"kids":[1]}]})"),
              "/kids/0/kids/0: an integer where an object is documented");
}

TEST(JsonSchema, RefusesWhatItCannotFollow) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"$ref":"http://elsewhere/x.json#/A"})", "leads out of this document, and nothing is"},
        {R"({"$ref":"other.yaml#/A"})", "leads out of this document"},
        {R"({"items":{"$ref":"#/$defs/None"}})", "'#/$defs/None': there is nothing of that name"},
        {R"({"$ref":"#anchor"})", "is no pointer into this document"},
        {R"({"type":"float"})", "schema/type: \"float\" is no type: write null, boolean"},
        {R"({"minimum":"0"})", "schema/minimum: must be a number"},
        {R"({"enum":[]})", "schema/enum: must be an array of values"},
        {R"({"properties":{"a":3}})", "schema/properties/a: a schema is an object"},
        {R"({"pattern":3})", "schema/pattern: must be a text"},
        {R"({"maxItems":-1})", "schema/maxItems: must be a number from 0 on"},
        {"[", "the schema is no JSON"},
    };
    for (const auto& [schema, error] : cases)
        EXPECT_NE(error_of(schema).find(error), std::string::npos)
            << schema << ": " << error_of(schema);
}

TEST(JsonSchema, BoundsHowDeepSchemasStandInEachOther) {
    std::string text = "{}";
    for (int level = 0; level < 300; ++level) text = R"({"items":)" + text + "}";
    EXPECT_NE(error_of(text.c_str()).find("deeper than 200"), std::string::npos);
}

TEST(JsonSchema, RefusesTextsThatAreNestedWithoutAnEnd) {
    const std::string deep(1'000'000, '[');
    EXPECT_NE(error_of(deep.c_str()).find("deeper than 500"), std::string::npos);
    EXPECT_EQ(flaw_of("{}", deep.c_str()), "body: JSON nested deeper than 500");
    EXPECT_EQ(flaw_of("{}", R"(["[[\"[["])"), "none");
}

TEST(JsonSchema, KnowsWhichPropertiesAreFiles) {
    const auto schema = schema_of(R"({"properties":{"a":{"type":"string","format":"binary"},
        "b":{"anyOf":[{"type":"string","contentMediaType":"image/png"},{"type":"null"}]},
        "c":{"type":"array","items":{"format":"binary"}},"d":{"type":"string"}}})");
    const std::map<std::string, std::string> expected{{"a", ""}, {"b", "image/png"}, {"c", ""}};
    EXPECT_EQ(binary_properties(schema), expected);
}

TEST(JsonSchema, FindsAnErrorAgainWhereItIsReferredToAgain) {
    const json document =
        json::parse(R"({"A":{"items":{"$ref":"#/B"}},"B":{"items":{"$ref":"http://x"}}})");
    SchemaReader reader(document);
    EXPECT_FALSE(reader.read(document["A"], "A"));
    EXPECT_FALSE(reader.read(document["A"], "A"));
    EXPECT_FALSE(reader.read(json{{"$ref", "#/B"}}, "B"));
}

json instance(const char* schema, std::uint64_t index, std::uint64_t seed = 1) {
    auto value = make_instance(schema_of(schema), {seed, index});
    EXPECT_TRUE(value) << schema << ": " << (value ? "" : value.error().message);
    return value.value_or(json());
}

TEST(JsonInstance, IsWhatTheSchemaAllows) {
    const char* schemas[] = {
        "true",
        R"({"type":"integer","minimum":3,"maximum":5})",
        R"({"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":5})",
        R"({"type":"integer","minimum":1,"maximum":9223372036854775807})",
        R"({"type":"number","minimum":0,"maximum":1,"exclusiveMaximum":true})",
        R"({"type":"number","multipleOf":0.25,"minimum":10})",
        R"({"type":"integer","multipleOf":7,"maximum":-100})",
        R"({"type":"number","minimum":-1e308,"maximum":1e308})",
        R"({"type":"string","minLength":5,"maxLength":5})",
        R"({"type":"string","minLength":1000})",
        R"({"type":"string","pattern":"^[A-Z]{2}-\\d{4}(x|y)?$"})",
        R"({"type":"string","pattern":"^[a-z]+$","minLength":30})",
        R"({"type":"string","format":"email","minLength":40})",
        R"({"type":"string","pattern":"^(?=x)x$","example":"x"})",
        R"({"type":"array","items":{"type":"number"},"minItems":64,"maxItems":64})",
        R"({"type":"array","items":{"enum":[1,2,3]},"uniqueItems":true,"minItems":3})",
        R"({"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false})",
        R"({"type":"array","items":{"type":"integer"},"contains":{"const":5}})",
        R"({"type":"object","additionalProperties":{"type":"integer"},"minProperties":4})",
        R"({"patternProperties":{"^x-[a-z]+$":{"type":"integer"}},"additionalProperties":false,
            "type":"object","minProperties":1})",
        R"({"allOf":[{"type":"object","properties":{"a":{"type":"integer"}}},
            {"required":["a"],"properties":{"a":{"minimum":50}}}]})",
        R"({"oneOf":[{"type":"string"},{"type":"object","required":["x"]}]})",
        R"({"anyOf":[{"type":"string","maxLength":3},{"type":"null"}]})",
        R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},
            "required":["a"],"additionalProperties":false,"maxProperties":1})",
        R"({"type":"object","required":["v"],"properties":{"v":{"type":"string"},
            "left":{"$ref":"#"},"right":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}})",
        R"({"type":["object","null"],"required":["next"],"properties":{"next":{"$ref":"#"}}})",
        R"({"type":"array","items":{"$ref":"#"}})",
        R"({"type":"array","minItems":2,"items":{"type":"array","minItems":2,"items":{
            "type":"number"}}})",
    };
    for (const char* schema : schemas) {
        const JsonSchema read = schema_of(schema);
        for (std::uint64_t index = 0; index < 40; ++index) {
            const auto value = make_instance(read, {1, index});
            ASSERT_TRUE(value) << schema << ": " << value.error().message;
            EXPECT_EQ(schema_flaw(read, *value, Direction::request), std::nullopt)
                << schema << ": " << *value;
        }
    }
}

TEST(JsonInstance, TakesTheExamplesFirstAndThenVaries) {
    const char* schema = R"({"type":"integer","examples":[7,"old",9],"default":5})";
    EXPECT_EQ(instance(schema, 0), 7);
    EXPECT_TRUE(instance(schema, 1).is_number_integer());  // "old" is none any more.
    EXPECT_EQ(instance(schema, 2), 9);
    EXPECT_EQ(instance(schema, 3), 5);
    std::set<json> varied;
    for (std::uint64_t index = 4; index < 40; ++index) varied.insert(instance(schema, index));
    EXPECT_GT(varied.size(), 5u);
}

TEST(JsonInstance, BoundsOfATypeSayNothingOfWhatIsUsual) {
    for (const char* schema :
         {R"({"type":"integer","minimum":-2147483648,"maximum":2147483647})",
          R"({"type":"number","minimum":-3.4028234663852886e38,"maximum":3.4028234663852886e38})"})
        for (std::uint64_t index = 0; index < 20; ++index) {
            const double value = instance(schema, index);
            EXPECT_GE(value, 0);
            EXPECT_LE(value, 100);
        }
    EXPECT_LE(instance(R"({"type":"number","minimum":-1e10,"maximum":-1})", 1), -1);
}

TEST(JsonInstance, TheFirstHasAllOfItAndPartsTakeTheirExamples) {
    const json first = instance(
        R"({"type":"object","required":["a"],"properties":{"a":{"type":"string","example":"x"},
            "b":{"type":"integer","default":4},"c":{"type":"object","properties":{"d":{
            "enum":["p","q"]}}}}})",
        0);
    EXPECT_EQ(first, json::parse(R"({"a":"x","b":4,"c":{"d":"p"}})"));
}

TEST(JsonInstance, IsTheSameForTheSameSeedAndIndex) {
    const char* schema = R"({"type":"array","minItems":8,"items":{"type":"number"}})";
    EXPECT_EQ(instance(schema, 3, 5), instance(schema, 3, 5));
    EXPECT_NE(instance(schema, 3, 5), instance(schema, 4, 5));
    EXPECT_NE(instance(schema, 3, 5), instance(schema, 3, 6));
}

TEST(JsonInstance, LeavesOutWhatOnlyAnswersHave) {
    const char* schema = R"({"type":"object","required":["id","x"],"properties":{
        "id":{"type":"integer","readOnly":true},"x":{"type":"integer"}}})";
    EXPECT_FALSE(instance(schema, 0).contains("id"));
}

TEST(JsonInstance, SaysWhichAlternativeTheDiscriminatorMeans) {
    const char* schema = R"({"oneOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/Dog"}],
        "discriminator":{"propertyName":"kind","mapping":{"meow":"#/$defs/Cat"}},
        "$defs":{"Cat":{"type":"object","required":["kind","lives"],"properties":{
                        "kind":{"type":"string"},"lives":{"type":"integer"}}},
                 "Dog":{"type":"object","required":["kind","bark"],"properties":{
                        "kind":{"type":"string"},"bark":{"type":"boolean"}}}}})";
    std::set<std::string> kinds;
    for (std::uint64_t index = 0; index < 20; ++index) {
        const json value = instance(schema, index);
        EXPECT_EQ(value["kind"] == "meow", value.contains("lives")) << value;
        kinds.insert(value["kind"]);
    }
    EXPECT_EQ(kinds, (std::set<std::string>{"meow", "Dog"}));
}

TEST(JsonInstance, SaysWhatCannotBeMade) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"type":"object","required":["next"],"properties":{"next":{"$ref":"#"}}})",
         "requires itself without an end"},
        {R"({"$ref":"#"})", "without an end"},
        {R"({"type":"integer","minimum":5,"maximum":4})", "no number is within its bounds"},
        {R"({"type":"string","minLength":5,"maxLength":4})", "minLength is above maxLength"},
        {R"({"type":"object","required":["a"],"properties":{"a":{"pattern":"^(?=x)x$",
            "type":"string"}}})",
         "/a: no text could be made for the pattern '^(?=x)x$'"},
        {"false", "allows no value"},
        {R"({"type":"array","minItems":1000000000000})", "larger than two million"},
        {R"({"type":"array","items":{"enum":[1]},"uniqueItems":true,"minItems":2})",
         "two equal elements"},
        {R"({"allOf":[{"type":"string"},{"type":"integer"}]})", "exclude each other"},
    };
    for (const auto& [schema, error] : cases) {
        const auto value = make_instance(schema_of(schema), {1, 0});
        ASSERT_FALSE(value) << schema << ": " << *value;
        EXPECT_NE(value.error().message.find(error), std::string::npos)
            << schema << ": " << value.error().message;
    }
}

}  // namespace
}  // namespace mettle::payload
