// Exact multiplier by the + operator whose lowest bits go through every standard cell: each of
// them computes its input back, so that a wrong cell shows in the product.
module every_standard_cell (input [7:0] A, input [7:0] B, output [15:0] O);
  wire [15:0] p = (A[0] ? {8'b0, B} : 16'b0) + (A[1] ? {7'b0, B, 1'b0} : 16'b0) +
                  (A[2] ? {6'b0, B, 2'b0} : 16'b0) + (A[3] ? {5'b0, B, 3'b0} : 16'b0) +
                  (A[4] ? {4'b0, B, 4'b0} : 16'b0) + (A[5] ? {3'b0, B, 5'b0} : 16'b0) +
                  (A[6] ? {2'b0, B, 6'b0} : 16'b0) + (A[7] ? {1'b0, B, 7'b0} : 16'b0);
  wire x = p[14];
  wire nand_y, nand3_y, nor_y, nor3_y, aoi_y, oai_y, xor_y, xnor_y, inv_y, ha_s, ha_c, fa_s, fa_c;
  INVX1 u_inv (.A(p[0]), .Y(inv_y));
  INVX1 u_inv2 (.A(inv_y), .Y(O[0]));
  BUFX2 u_buf (.A(p[1]), .Y(O[1]));
  AND2X1 u_and (.A(p[2]), .B(x | ~x), .Y(O[2]));
  OR2X1 u_or (.A(p[3]), .B(x & ~x), .Y(O[3]));
  XOR2X1 u_xor (.A(p[4]), .B(x), .Y(xor_y));
  XOR2X1 u_xor2 (.A(xor_y), .B(x), .Y(O[4]));
  XNOR2X1 u_xnor (.A(p[5]), .B(x), .Y(xnor_y));
  XNOR2X1 u_xnor2 (.A(xnor_y), .B(x), .Y(O[5]));
  // (p nand x) nand (p nand ~x) = p
  NAND2X1 u_nand (.A(p[6]), .B(x), .Y(nand_y));
  NAND3X1 u_nand3 (.A(p[6]), .B(~x), .C(p[6]), .Y(nand3_y));
  NAND2X1 u_nand2 (.A(nand_y), .B(nand3_y), .Y(O[6]));
  NOR2X1 u_nor (.A(p[7]), .B(x), .Y(nor_y));
  NOR3X1 u_nor3 (.A(p[7]), .B(~x), .C(p[7]), .Y(nor3_y));
  NOR2X1 u_nor2 (.A(nor_y), .B(nor3_y), .Y(O[7]));
  // ~(p & x | p & ~x) = ~p
  AOI21X1 u_aoi (.A(p[8]), .B(x), .C(p[8] & ~x), .Y(aoi_y));
  INVX1 u_aoi2 (.A(aoi_y), .Y(O[8]));
  // ~((p | x) & (p | ~x)) = ~p
  OAI21X1 u_oai (.A(p[9]), .B(x), .C(p[9] | ~x), .Y(oai_y));
  INVX1 u_oai2 (.A(oai_y), .Y(O[9]));
  // S selects B.
  MUX2X1 u_mux (.A(~x), .B(p[10]), .S(x | ~x), .Y(O[10]));
  // Sum back from half and full adder: (p ^ x) ^ x, and the carry p & p = p.
  HAX1 u_ha (.A(p[11]), .B(x), .YS(ha_s), .YC(ha_c));
  assign O[11] = ha_c | (ha_s & ~x);
  FAX1 u_fa (.A(p[12]), .B(x), .C(p[12]), .YS(fa_s), .YC(fa_c));
  assign O[12] = fa_c;
  assign O[13] = p[13] ^ fa_s ^ x;
  assign O[15:14] = p[15:14];
endmodule
