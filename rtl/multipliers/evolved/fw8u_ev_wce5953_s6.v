// fw8u_ev_wce5953_s6: evolved, wce <= 5953, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 1845.598, WCE 5946, EP 99.971 %, MRE 1179.094 %,
//   mean 275.750
// Mapped to faultwave45.lib: 92.0 um^2, 0.0806 pJ per multiplication, 0.52 ns
// Expected MAE under a random stuck-at fault of this netlist: 4475.7
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 54 s, do not edit:
//   faultwave evolve --width 8 --metric wce --limit 5953 --objective area --seed-netlist fw8u_bam_h3_v8 --seed 6 --islands 2 --offspring 4 --generations 50000 --out fw8u_ev_wce5953_s6.v
module fw8u_ev_wce5953_s6 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_7_4;
  wire pp_7_5;
  wire pp_6_6;
  wire not_2_0;
  wire xor_2_0;
  wire and_2_0;
  wire and_3_0;
  wire or_4_0;
  wire pp_7_6;
  wire pp_5_7;
  wire nor_4_0;
  wire and_3_1;
  wire xor_3_0;
  wire or_5_0;
  wire pp_6_7;
  wire xor_5_0;
  wire and_5_0;
  wire and_6_0;
  wire xor_6_0;
  wire or_7_0;
  wire pp_7_7;
  wire and_2_1;
  wire and_3_2;
  wire and_3_3;
  wire or_3_0;
  wire or_4_1;
  wire and_5_1;
  wire xor_5_1;
  wire xor_7_0;
  wire and_7_0;
  wire and_7_1;
  wire xor_8_0;
  wire or_8_0;
  wire xor_8_1;
  wire and_8_0;
  wire and_9_0;
  wire xor_9_0;
  wire or_10_0;

  assign pp_7_4 = A[7] & B[4];
  assign pp_7_5 = A[7] & B[5];
  assign pp_6_6 = A[6] & B[6];
  assign not_2_0 = ~pp_6_6;
  assign xor_2_0 = pp_7_5 ^ pp_7_4;
  assign and_2_0 = pp_7_5 & pp_7_4;
  assign and_3_0 = xor_2_0 & pp_6_6;
  assign or_4_0 = and_2_0 | and_3_0;
  assign pp_7_6 = A[7] & B[6];
  assign pp_5_7 = A[5] & B[7];
  assign nor_4_0 = ~(not_2_0 | and_3_0);
  assign and_3_1 = xor_2_0 & pp_5_7;
  assign xor_3_0 = xor_2_0 ^ pp_5_7;
  assign or_5_0 = nor_4_0 | and_3_1;
  assign pp_6_7 = A[6] & B[7];
  assign xor_5_0 = pp_7_6 ^ or_4_0;
  assign and_5_0 = pp_7_6 & or_4_0;
  assign and_6_0 = xor_5_0 & pp_6_7;
  assign xor_6_0 = xor_5_0 ^ pp_6_7;
  assign or_7_0 = and_5_0 | and_6_0;
  assign pp_7_7 = A[7] & B[7];
  assign and_2_1 = pp_6_6 & B[5];
  assign and_3_2 = not_2_0 & A[4];
  assign and_3_3 = and_2_1 & pp_5_7;
  assign or_3_0 = and_2_1 | pp_5_7;
  assign or_4_1 = and_3_2 | and_3_3;
  assign and_5_1 = xor_3_0 & or_4_1;
  assign xor_5_1 = xor_3_0 ^ or_4_1;
  assign xor_7_0 = xor_6_0 ^ or_5_0;
  assign and_7_0 = xor_6_0 & or_5_0;
  assign and_7_1 = xor_6_0 & and_5_1;
  assign xor_8_0 = xor_7_0 ^ and_5_1;
  assign or_8_0 = and_7_0 | and_7_1;
  assign xor_8_1 = pp_7_7 ^ or_7_0;
  assign and_8_0 = pp_7_7 & or_7_0;
  assign and_9_0 = pp_7_7 & or_8_0;
  assign xor_9_0 = xor_8_1 ^ or_8_0;
  assign or_10_0 = and_8_0 | and_9_0;

  assign O[0] = not_2_0;
  assign O[1] = A[1];
  assign O[2] = pp_7_4;
  assign O[3] = and_3_3;
  assign O[4] = xor_5_0;
  assign O[5] = pp_5_7;
  assign O[6] = or_3_0;
  assign O[7] = pp_7_7;
  assign O[8] = and_3_0;
  assign O[9] = B[2];
  assign O[10] = B[3];
  assign O[11] = or_3_0;
  assign O[12] = xor_5_1;
  assign O[13] = xor_8_0;
  assign O[14] = xor_9_0;
  assign O[15] = or_10_0;
endmodule
