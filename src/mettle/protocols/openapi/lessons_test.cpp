#include "mettle/protocols/openapi/lessons.hpp"

#include <gmock/gmock.h>

namespace mettle::protocols::openapi {
namespace {

using testing::ElementsAre;

Operation operation(const std::string& method, const std::string& path,
                    const std::vector<std::string>& parameters = {}, bool known = false) {
    Operation made;
    made.method = method;
    made.path = path;
    for (const std::string& name : parameters)
        made.parameters.push_back({name, Place::path, true, known, nullptr});
    return made;
}

Lessons find(const std::vector<Operation>& operations, const std::set<std::string>& columns = {}) {
    std::vector<const Operation*> pointers;
    for (const Operation& each : operations) pointers.push_back(&each);
    return find_lessons(pointers, columns);
}

TEST(OpenApiLessons, ACollectionTeachesItsMembersAndWhatIsBelowThem) {
    const Lessons lessons = find({operation("GET", "/items/{item_id}", {"item_id"}),
                                  operation("POST", "/items"), operation("GET", "/items/"),
                                  operation("GET", "/items/{item_id}/parts", {"item_id"})});
    ASSERT_EQ(lessons.all.size(), 1u);
    EXPECT_EQ(lessons.all[0].item, (ItemPath{"/items", "item_id", 2}));
    EXPECT_THAT(lessons.all[0].teachers, ElementsAre(1, 2));
    EXPECT_THAT(lessons.taken, ElementsAre(0, std::nullopt, std::nullopt, 0));
}

TEST(OpenApiLessons, WhatIsBelowTwoIdsIsLearnedFromTheNearest) {
    const Lessons lessons =
        find({operation("GET", "/users"), operation("GET", "/users/{user_id}/orders", {"user_id"}),
              operation("GET", "/users/{user_id}/orders/{id}", {"user_id", "id"})});
    ASSERT_EQ(lessons.all.size(), 2u);
    EXPECT_EQ(lessons.all[1].item, (ItemPath{"/users/{user_id}/orders", "id", 4}));
    EXPECT_THAT(lessons.taken, ElementsAre(std::nullopt, 0, 1));
}

TEST(OpenApiLessons, WhatNobodyTeachesOrSomebodyGivesIsNotTaken) {
    const Operation reads = operation("GET", "/items/{id}", {"id"});
    const Operation posts = operation("POST", "/items");
    EXPECT_TRUE(find({reads}).all.empty());
    EXPECT_TRUE(find({reads, operation("DELETE", "/items")}).all.empty());
    EXPECT_TRUE(find({reads, operation("POST", "/items/new")}).all.empty());
    EXPECT_TRUE(find({reads, posts}, {"id"}).all.empty());
    EXPECT_TRUE(find({operation("GET", "/items/{id}", {"id"}, true), posts}).all.empty());
    EXPECT_TRUE(find({operation("GET", "/items/{id}.json", {"id"}), posts}).all.empty());
    EXPECT_TRUE(find({operation("GET", "/{id}", {"id"}), operation("GET", "/")}).all.empty());
}

TEST(OpenApiLessons, AnIdMayHaveAnyOfItsNames) {
    EXPECT_THAT(id_fields({"/items", "item_id", 2}), ElementsAre("item_id", "itemId", "id"));
    EXPECT_THAT(id_fields({"/items", "itemId", 2}), ElementsAre("itemId", "item_id", "id"));
    EXPECT_THAT(id_fields({"/v1/items", "id", 3}), ElementsAre("id", "item_id", "itemId"));
    EXPECT_THAT(id_fields({"/models", "name", 2}), ElementsAre("name"));
}

TEST(OpenApiLessons, SegmentsOfATargetAreCounted) {
    EXPECT_EQ(length_of_segments("/items/5/parts?a=1", 2), 8u);
    EXPECT_EQ(length_of_segments("/items/5?a=/1", 2), 8u);
    EXPECT_EQ(length_of_segments("/items/5", 2), 8u);
    EXPECT_EQ(length_of_segments("/items?a=/1", 2), std::string_view::npos);
}

}  // namespace
}  // namespace mettle::protocols::openapi
