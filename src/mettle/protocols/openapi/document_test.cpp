#include "mettle/protocols/openapi/document.hpp"

#include "mettle/protocols/openapi/harmless.hpp"
#include "mettle/protocols/openapi/selection.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <tuple>

namespace mettle::protocols::openapi {
namespace {

Document document_of(const std::string& paths, const std::string& more = "") {
    auto document =
        parse_document(R"({"openapi":"3.1.0","info":{"title":"T"},"paths":)" + paths + more + "}");
    EXPECT_TRUE(document) << (document ? "" : document.error().message);
    return document.value_or(Document{});
}

std::string error_of(std::string_view text) {
    const auto document = parse_document(text);
    return document ? "none" : document.error().message;
}

std::vector<std::string> names_of(const std::vector<const Operation*>& operations) {
    std::vector<std::string> names;
    for (const Operation* operation : operations) names.push_back(operation->name());
    return names;
}

std::vector<std::string> chosen(const Document& document, const Wanted& wanted) {
    const auto selection = select(document, wanted);
    if (!selection) return {selection.error().message};
    return names_of(selection->chosen);
}

bool has(const std::vector<std::string>& names, const char* name) {
    return std::ranges::find(names, name) != names.end();
}

TEST(OpenApiDocument, ReadsOperationsAndParameters) {
    const Document document = document_of(R"({"/items/{id}":{
        "parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}},
                      {"$ref":"#/components/parameters/Lang"}],
        "get":{"operationId":"read","parameters":[{"name":"id","in":"path","required":true,
               "schema":{"type":"integer","example":7}}]},
        "delete":{"deprecated":true}}})",
                                          R"(,"servers":[{"url":"https://h/api/{v}/",
        "variables":{"v":{"default":"v2"}}}],"components":{"parameters":{"Lang":{"name":"lang",
        "in":"header","schema":{"type":"string"}}}})");
    EXPECT_EQ(document.base_path, "/api/v2");
    EXPECT_EQ(document.title, "T");
    ASSERT_EQ(document.operations.size(), 2u);
    const Operation& get = document.operations[0];
    EXPECT_EQ(get.name(), "GET /items/{id}");
    EXPECT_EQ(get.id, "read");
    ASSERT_EQ(get.parameters.size(), 2u);
    EXPECT_TRUE(get.parameters[0].required && get.parameters[0].known);
    EXPECT_EQ(get.parameters[1].place, Place::header);
    EXPECT_TRUE(document.operations[1].deprecated);
    EXPECT_FALSE(document.operations[1].parameters[0].known);
}

TEST(OpenApiDocument, ReadsYamlToo) {
    const auto document = parse_document(
        "openapi: 3.0.3\ninfo: {title: Y, version: '1.0'}\npaths:\n  /a:\n    get:\n"
        "      responses:\n        200: {description: ok}\n");
    ASSERT_TRUE(document) << document.error().message;
    EXPECT_EQ(document->version, "3.0.3");
    ASSERT_EQ(document->operations.size(), 1u);
    EXPECT_TRUE((*document->operations[0].node)["responses"].contains("200"));
    EXPECT_EQ((*document->root)["info"]["version"], "1.0");
}

TEST(OpenApiDocument, SaysWhatIsWrongWithIt) {
    const std::pair<std::string, const char*> cases[] = {
        {"", "is empty"},
        {"{\n \"openapi\": }", "no JSON: line 2, column 13"},
        {R"({"openapi":"3.1.0","x":1e999})", "a number beyond all limits"},
        {R"({"swagger":"2.0","paths":{}})", "this has Swagger 2.0"},
        {R"({"openapi":"4.0","paths":{}})", "this has openapi: 4.0"},
        {R"({"openapi":"3.0.0"})", "has no `paths`"},
        {"openapi: [", "line "},
        {"- 1", "is no object"},
        {std::string(100'000, '{'), "nested deeper than 500"},
        {"a: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\n"
         "d: &d [*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e]\n"
         "g: &g [*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g,*g]\n",
         "more than two million values"},
        {std::string((32 << 20) + 1, ' '), "larger than 32 MiB"},
    };
    for (const auto& [text, error] : cases)
        EXPECT_NE(error_of(text).find(error), std::string::npos)
            << text.substr(0, 60) << ": " << error_of(text);
}

TEST(OpenApiDocument, IsOnlyBelievedWithItsOwnFields) {
    EXPECT_TRUE(is_document(R"({"openapi":"3.1.0","paths":{}})"));
    for (const char* body : {"", "{}", "ok", R"({"openapi":"3.1.0"})", R"(["openapi","paths"])",
                             R"({"openapi":"3.1.0","paths":{})"})
        EXPECT_FALSE(is_document(body)) << body;
}

TEST(OpenApiDocument, KeepsWhatIsWrongWithOneOperationToIt) {
    const Document document = document_of(
        R"({"/a":{"get":{"parameters":[{"$ref":"http://elsewhere/p"}]}},"/b":{"get":{}},
            "/c":{"$ref":"#/paths/~1c"}})");
    ASSERT_EQ(document.operations.size(), 2u);
    EXPECT_NE(document.operations[0].problem.find("leads out of this document"), std::string::npos);
    EXPECT_TRUE(document.operations[1].problem.empty());
}

TEST(Harmless, KnowsPredictionsByTheirWords) {
    const std::tuple<const char*, const char*, bool> cases[] = {
        {"/predict", "", true},
        {"/v1/models/m:predict", "", true},
        {"/api/classifyImage", "", true},
        {"/digits", "predict_digits_post", true},
        {"/run", "runInference", true},
        {"/items", "create_item", false},
        {"/predictions/clear", "", false},
        {"/train", "train_classifier", false},
        {"/scores", "", false},
        {"/x/{predict}", "", false},
        {"/unpredictable", "", false},
    };
    for (const auto& [path, id, expected] : cases) {
        Operation operation;
        operation.method = "POST";
        operation.path = path;
        operation.id = id;
        EXPECT_EQ(looks_like_prediction(operation), expected) << path << " " << id;
        operation.method = "PUT";
        EXPECT_FALSE(looks_like_prediction(operation));
    }
}

constexpr const char* kShop = R"({
    "/health":{"get":{}},
    "/items":{"get":{},"post":{"operationId":"add"}},
    "/items/{id}":{"get":{"parameters":[{"name":"id","in":"path","required":true}]},
                   "put":{},"delete":{}},
    "/lookup":{"get":{"parameters":[{"name":"user_id","in":"query","required":true}]}},
    "/find":{"get":{"parameters":[{"name":"q","in":"query","required":true}]}},
    "/old":{"get":{"deprecated":true}},
    "/models/{name}":{"get":{"parameters":[{"name":"name","in":"path","required":true,
        "schema":{"enum":["m"]}}]}},
    "/predict":{"post":{}}})";

TEST(Selection, SendsOnlyWhatIsHarmless) {
    const Document document = document_of(kShop);
    const auto selection = select(document, {{}, false, "/", {}});
    ASSERT_TRUE(selection);
    EXPECT_EQ(names_of(selection->chosen),
              (std::vector<std::string>{"POST /predict", "GET /find", "GET /health", "GET /items",
                                        "GET /models/{name}"}));
    std::map<std::string, std::string> why;
    for (const LeftOut& each : selection->left_out) why[each.operation] = each.why;
    EXPECT_EQ(why["DELETE /items/{id}"], "may change something");
    EXPECT_EQ(why["PUT /items/{id}"], "may change something");
    EXPECT_EQ(why["POST /items"], "may change something");
    EXPECT_EQ(why["GET /items/{id}"], "needs 'id' of its path, which --data could give");
    EXPECT_EQ(why["GET /lookup"], "needs 'user_id' of its query, which --data could give");
    EXPECT_EQ(why["GET /old"], "deprecated");
}

TEST(Selection, IdsMayComeFromData) {
    const Document document = document_of(kShop);
    const auto names = chosen(document, {{}, false, "/", {"id", "user_id"}});
    EXPECT_TRUE(has(names, "GET /items/{id}"));
    EXPECT_TRUE(has(names, "GET /lookup"));
    EXPECT_FALSE(has(names, "DELETE /items/{id}"));
}

TEST(Selection, TakesWhatIsAskedForByName) {
    const Document document = document_of(kShop);
    EXPECT_EQ(chosen(document, {{"post  /items", "DELETE /items/{id}"}, false, "/", {}}),
              (std::vector<std::string>{"POST /items", "DELETE /items/{id}"}));
    EXPECT_EQ(chosen(document, {{"add"}, false, "/", {}}), std::vector<std::string>{"POST /items"});
    EXPECT_EQ(chosen(document, {{"/health"}, false, "/", {}}),
              std::vector<std::string>{"GET /health"});
    EXPECT_EQ(chosen(document, {{}, true, "/", {}}).size(), 11u);
    const Document undescribed = document_of(R"({"/a/{b}":{"get":{}}})");
    EXPECT_EQ(undescribed.operations[0].parameters[0].name, "b");
    EXPECT_EQ(select(undescribed, {{}, false, "/", {}})->left_out.size(), 1u);
    EXPECT_NE(chosen(document, {{"POST /none"}, false, "/", {}})[0].find(
                  "no such operation; it has GET /find"),
              std::string::npos);
}

TEST(Selection, ThePathOfTheUrlChooses) {
    const Document document = document_of(kShop, R"(,"servers":[{"url":"/api"}])");
    EXPECT_EQ(chosen(document, {{}, false, "/api/items", {}}),
              std::vector<std::string>{"GET /items"});
    EXPECT_EQ(chosen(document, {{}, false, "/items/5?x=1", {}}),
              std::vector<std::string>{"GET /items/{id}"});
    EXPECT_EQ(chosen(document, {{}, false, "/predict", {}}),
              std::vector<std::string>{"POST /predict"});
    EXPECT_EQ(chosen(document, {{}, false, "/api/", {}}).size(), 5u);
    EXPECT_TRUE(has_path(document, "/items/5"));
    EXPECT_FALSE(has_path(document, "/nowhere"));
    EXPECT_FALSE(has_path(document, "/items/"));
    const Document changing = document_of(R"({"/x":{"delete":{},"put":{}}})");
    EXPECT_NE(chosen(changing, {{}, false, "/x", {}})[0].find(
                  "may change something: ask for it with --only"),
              std::string::npos);
}

}  // namespace
}  // namespace mettle::protocols::openapi
