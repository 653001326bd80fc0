#include "mettle/serving/openapi/document.hpp"

#include "mettle/serving/openapi/tensor_schema.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace mettle;
using namespace mettle::openapi;

namespace {

Json document_of(const std::vector<DescribedModel>& models, const DescribedRoutes& routes = {}) {
    return Json::parse(open_document(models, routes) + "}");
}

DescribedModel model(std::string name, Signature signature, std::vector<bool> pictures = {}) {
    return {std::move(name), "1", std::move(signature), std::move(pictures)};
}

Signature rows_of(std::int64_t width) {
    return {{{"x", DataType::fp32, {-1, width}}}, {{"y", DataType::fp32, {-1, 2}}}};
}

Json body_of(const Json& document, const std::string& path) {
    return document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
}

TEST(OpenApiDocument, HasARowAndABatchWhereTheModelTakesBoth) {
    const Json document = document_of({model("m", rows_of(3))});
    const Json body = body_of(document, "/predict/m");
    const Json& forms = body["schema"]["anyOf"];
    ASSERT_EQ(forms.size(), 2U);
    EXPECT_EQ(forms[0]["properties"]["x"].dump(),
              R"({"type":"array","items":{"type":"number","minimum":-3.4028234663852886e+38,)"
              R"("maximum":3.4028234663852886e+38,"format":"float"},"minItems":3,"maxItems":3})");
    EXPECT_EQ(forms[1]["properties"]["x"]["minItems"], 1);
    EXPECT_FALSE(forms[1]["properties"]["x"].contains("maxItems"));
    EXPECT_EQ(forms[1]["properties"]["x"]["items"], forms[0]["properties"]["x"]);
    EXPECT_EQ(body["examples"]["row"]["value"].dump(), R"({"x":[0.0,0.0,0.0]})");
    EXPECT_EQ(body["examples"]["rows"]["value"].dump(), R"({"x":[[0.0,0.0,0.0]]})");
}

TEST(OpenApiDocument, AModelWithoutRowsHasOneForm) {
    const Json document = document_of({model("m", {{{"x", DataType::int8, {2}}}, {}})});
    const Json body = body_of(document, "/predict/m");
    EXPECT_EQ(body["schema"]["type"], "object");
    EXPECT_EQ(body["schema"]["properties"]["x"]["items"]["maximum"], 127);
    EXPECT_EQ(body["examples"]["request"]["value"].dump(), R"({"x":[0,0]})");
}

TEST(OpenApiDocument, SeveralInputsHaveTheSameNumberOfRows) {
    const Signature two = {{{"a", DataType::int64, {-1}}, {"b", DataType::bytes, {-1, 2}}}, {}};
    const Json body = body_of(document_of({model("m", two)}), "/predict/m");
    for (const char* input : {"a", "b"}) {
        EXPECT_EQ(body["schema"]["anyOf"][1]["properties"][input]["minItems"], 2);
        EXPECT_EQ(body["schema"]["anyOf"][1]["properties"][input]["maxItems"], 2);
    }
    EXPECT_EQ(body["examples"]["rows"]["value"].dump(),
              R"({"a":[0,0],"b":[["text","text"],["text","text"]]})");
    EXPECT_EQ(body["examples"]["row"]["value"].dump(), R"({"a":0,"b":["text","text"]})");
}

TEST(OpenApiDocument, PicturesAreBase64OrAForm) {
    const Signature signature = {{{"image", DataType::bytes, {-1}}}, {}};
    const Json document = document_of({model("m", signature, {true})});
    const Json body = body_of(document, "/predict/m");
    EXPECT_EQ(body["schema"]["anyOf"][0]["properties"]["image"]["contentEncoding"], "base64");
    const auto& content = document["paths"]["/predict/m"]["post"]["requestBody"]["content"];
    EXPECT_TRUE(content.contains("multipart/form-data"));
    EXPECT_FALSE(document_of({model(
        "m", rows_of(2))})["paths"]["/predict/m"]["post"]["requestBody"]["content"]
                     .contains("multipart/form-data"));
}

TEST(OpenApiDocument, OutputsThatAreNotFiniteAreNull) {
    const Json document = document_of({model("m", rows_of(3))});
    const Json answer = document["paths"]["/predict/m"]["post"]["responses"]["200"]["content"]
                                ["application/json"]["schema"]["anyOf"][0];
    EXPECT_EQ(answer["properties"]["y"]["items"]["type"].dump(), R"(["number","null"])");
}

TEST(OpenApiDocument, NamesOfAnyKindAreTheirOwnPathsAndOperations) {
    const Json document = document_of({model("a b/{c}", rows_of(1)), model("a-b", rows_of(1)),
                                       model("a.b", rows_of(1)), model("\xff\"", rows_of(1))});
    for (const char* path :
         {"/predict/a%20b%2F%7Bc%7D", "/predict/a-b", "/predict/a.b", "/predict/%FF%22"})
        EXPECT_TRUE(document["paths"].contains(path)) << path;
    std::set<std::string> ids;
    for (const auto& [path, item] : document["paths"].items())
        if (item.contains("post") && item["post"].contains("operationId"))
            EXPECT_TRUE(ids.insert(item["post"]["operationId"]).second) << path;
    EXPECT_EQ(ids.size(), 4U);
}

TEST(OpenApiDocument, IsBoundedForManyModelsAndLargeInputs) {
    std::vector<DescribedModel> models;
    for (std::size_t at = 0; at < 3 * kMostDescribed; ++at)
        models.push_back(model("m" + std::to_string(at), rows_of(2000)));
    models[0].signature = rows_of(std::int64_t{1} << 40);
    const std::string text = open_document(models, {}) + "}";
    EXPECT_LT(text.size(), 2'000'000U);
    const Json document = Json::parse(text);
    EXPECT_FALSE(body_of(document, "/predict/m0").contains("examples"));
    EXPECT_TRUE(body_of(document, "/predict/m1").contains("examples"));
    EXPECT_TRUE(document["paths"].contains("/predict/m255"));
    EXPECT_FALSE(document["paths"].contains("/predict/m256"));
    const std::string said = document["info"]["description"];
    EXPECT_NE(said.find("512 more models"), std::string::npos);
    EXPECT_NE(said.find("`m256`"), std::string::npos);
}

TEST(OpenApiDocument, HasTheRoutesThatAreThere) {
    const Json all = document_of({model("m", rows_of(1))});
    for (const char* path : {"/predict/m", "/v2/models/{model}/infer", "/v1/models/{model}",
                             "/metrics", "/health/live"})
        EXPECT_TRUE(all["paths"].contains(path)) << path;
    const Json few = document_of({model("m", rows_of(1))}, {false, false, false, false});
    EXPECT_EQ(few["paths"].size(), 2U);
}

}  // namespace
